/** An image as the values of the chart name it. */
export const imageValues = (image: string): { repository: string; tag: string } => {
  const colon = image.lastIndexOf(':');
  return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
};
