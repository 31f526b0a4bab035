import type { Interactions } from './interactions.ts';

/**
 * What each user says of what he liked, together: (average / n) ^ exponent, n how many items he liked; 1 for an average
 * user, and for all with an exponent of 0.
 *
 * Company in a long list means little. Park, Yoon, Kim and Lee (2025), "Why is Normalization Necessary for Linear
 * Recommenders?", SIGIR '25, say why a linear model is better between the extremes: 0, where those with long lists are
 * nearly all it hears, and 1, where nobody's length counts.
 */
export const userVoices = ({ users, start }: Interactions, exponent: number): Float64Array => {
  const average = (start[users] as number) / users;
  const liked = (user: number): number => (start[user + 1] as number) - (start[user] as number);
  return Float64Array.from({ length: users }, (_, user) => (liked(user) / average) ** -exponent);
};
