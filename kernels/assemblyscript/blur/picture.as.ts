// Pictures as netpbm has them: a head in letters, and a byte for each sample.

/** A binary PGM, which has one channel, or a PPM, which has three. */
export class Picture {
  private constructor(
    /** The picture as it is in a file. */
    readonly bytes: Uint8Array,
    readonly channels: i32,
    readonly width: i32,
    readonly height: i32,
    /** Where its samples begin. */
    private readonly samples: i32,
  ) {}

  /** The picture in a file, or null where it is none. */
  static read(bytes: Uint8Array): Picture | null {
    const head = new Head(bytes);
    const channels = head.channels();
    const width = head.number();
    const height = head.number();
    const shades = head.number();
    // One blank stands between the head and the samples.
    const samples = head.read + 1;
    const length = <u64>channels * width * height;
    if (length == 0 || shades == 0 || shades > 255 || samples + length != <u64>bytes.length) {
      return null;
    }
    return new Picture(bytes, channels, <i32>width, <i32>height, samples);
  }

  /** One with the same head, and no samples as yet. */
  blank(): Picture {
    const bytes = new Uint8Array(this.bytes.length);
    bytes.set(this.bytes.subarray(0, this.samples));
    return new Picture(bytes, this.channels, this.width, this.height, this.samples);
  }

  at(x: i32, y: i32, channel: i32): u16 {
    return this.bytes[this.samples + (y * this.width + x) * this.channels + channel];
  }

  /** Sets a sample by its number. */
  set(number: i32, sample: u8): void {
    this.bytes[this.samples + number] = sample;
  }
}

/** Reads a head. What is missing is 0. */
class Head {
  /** How far it has been read. */
  read: i32 = 2;

  constructor(private readonly bytes: Uint8Array) {}

  /** What the first two letters say of the samples. */
  channels(): i32 {
    if (this.letter(0) != 0x50 /* P */) {
      return 0;
    }
    switch (this.letter(1)) {
      case 0x35 /* 5 */:
        return 1;
      case 0x36 /* 6 */:
        return 3;
      default:
        return 0;
    }
  }

  /** The next number, up to 65535. Blanks and comments, each up to the end of its line, come before. */
  number(): u32 {
    this.skip();
    let number: u32 = 0;
    while (isDigit(this.letter(this.read))) {
      number = min(number * 10 + this.letter(this.read) - 0x30, 65535);
      this.read++;
    }
    return number;
  }

  private skip(): void {
    let isComment = false;
    for (; this.read < this.bytes.length; this.read++) {
      const letter = this.letter(this.read);
      if (letter == 0x23 /* # */) {
        isComment = true;
      } else if (letter == 0x0a) {
        isComment = false;
      } else if (!isComment && letter != 0x20 && letter != 0x09 && letter != 0x0d) {
        return;
      }
    }
  }

  /** A letter's number, 0 behind the end. */
  private letter(at: i32): u32 {
    return at < this.bytes.length ? this.bytes[at] : 0;
  }
}

function isDigit(letter: u32): bool {
  return letter >= 0x30 && letter <= 0x39;
}
