/** How a process reaches the broker. */
export interface BrokerAccess {
  url: string;
  username: string;
  password: string;
}

/** The address with an account of its own in it. */
export const accessAs = (address: string, account: { username: string; password: string }): BrokerAccess => {
  const url = new URL(address);
  url.username = encodeURIComponent(account.username);
  url.password = encodeURIComponent(account.password);
  return { url: url.href, ...account };
};

/** The address as it is, with whatever account it holds. */
export const sharedAccess = (address: string): BrokerAccess => {
  const { username, password } = new URL(address);
  return { url: address, username: decodeURIComponent(username), password: decodeURIComponent(password) };
};

/** The virtual host an address names; none is `/`. */
export const vhostOf = (address: string): string => decodeURIComponent(new URL(address).pathname.slice(1)) || '/';
