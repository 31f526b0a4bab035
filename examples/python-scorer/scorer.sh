#!/bin/sh
# Runs scorer.py by the first Python that has pika (of a virtual environment, or Debian's python3-pika).
cd "$(dirname "$0")" || exit 1
for python in python3 /usr/bin/python3; do
  "$python" -c 'import pika' 2> /dev/null && exec "$python" -B scorer.py
done
echo 'scorer.sh: no Python with pika: apt-get install python3-pika, or pip install pika' >&2
exit 1
