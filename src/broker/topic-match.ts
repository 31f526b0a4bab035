const matchFrom = (pattern: readonly string[], words: readonly string[]): boolean => {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return matchFrom(rest, words) || (words.length > 0 && matchFrom(pattern, words.slice(1)));
  if (words.length === 0 || (first !== '*' && first !== words[0])) return false;
  return matchFrom(rest, words.slice(1));
};

/**
 * Whether a routing key matches a topic exchange's binding key: `*` is one word, `#` any number of words, dots part them.
 *
 * As AMQP 0-9-1 §3.1.3.3 says.
 */
export const topicMatches = (pattern: string, key: string): boolean => matchFrom(pattern.split('.'), key.split('.'));
