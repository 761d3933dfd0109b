// Draws the Mandelbrot set, every pixel at once, on a GPU or on all CPU cores. A message is JSON,
// {"width": 80, "height": 40}, and its answer a picture as PGM. With a "fuel" it says how many turns a pixel
// may take. The function is in compute.wat.

import { ComputeError, Space, fueled, launch } from "ringhost/compute";

export function serve(message, reply) {
  const { width, height, fuel = 1000 } = message.json();
  const head = `P5 ${width} ${height} 255\n`;
  const shades = draw(width, height, fuel);
  const picture = new Uint8Array(head.length + shades.length);
  picture.set([...head].map((letter) => letter.charCodeAt(0)));
  picture.set(shades, head.length);
  reply(picture);
}

function draw(width, height, fuel) {
  const pixels = width * height;
  const space = new Space(pixels + 4096);
  try {
    const shades = space.allocate(Uint8Array, pixels);
    const step = 3 / width;
    const escape = launch("escape", pixels, width, step, -2.25, (-step * height) / 2, shades);
    space.run(fueled(escape, fuel));
    return shades.read();
  } catch (error) {
    if (error instanceof ComputeError && error.kind === "trap") {
      throw new Error(`pixel ${error.item} cannot be drawn: ${error.message}`);
    }
    throw error;
  } finally {
    space[Symbol.dispose]();
  }
}
