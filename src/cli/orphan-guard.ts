/**
 * A POSIX shell script that runs the command given as its arguments, and ends it when the process at the other end of file
 * descriptor 3 is gone: SIGTERM to the whole group, SIGKILL half a minute later.
 *
 * For scorers of somebody's own, which need not know of Medley's ways. SIGTERM reaches the group and so the command
 * itself; the guard only stays to say how it ended. A `wait` that a signal cut short is repeated. What the
 * shell itself would say (`Terminated`) nobody needs to read.
 */
export const guardScript = `
trap : TERM
"$@" 3<&- &
command=$!
exec 2> /dev/null
{
  trap '' TERM
  read -r nothing <&3
  kill -TERM 0
  left=30
  while [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
  kill -KILL 0
} > /dev/null &
watch=$!
wait "$command"
code=$?
while kill -0 "$command"; do
  wait "$command"
  code=$?
done
kill -KILL "$watch"
wait "$watch"
exit "$code"
`;
