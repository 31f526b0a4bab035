import { createHash, timingSafeEqual } from 'node:crypto';

const saltBytes = 4;

/**
 * Whether a password is the one that RabbitMQ keeps: salt (4 bytes) and SHA-256 of salt and password, in base 64
 * (https://www.rabbitmq.com/docs/passwords). So a user is written only where something changed.
 */
export const isPasswordOf = (password: string, kept: { hash: string; algorithm: string }): boolean => {
  if (kept.algorithm !== 'rabbit_password_hashing_sha256') return false;
  const bytes = Buffer.from(kept.hash, 'base64');
  const salt = bytes.subarray(0, saltBytes);
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest();
  const known = bytes.subarray(saltBytes);
  return known.length === hash.length && timingSafeEqual(known, hash);
};
