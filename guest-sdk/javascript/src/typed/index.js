// Typed messages: what the build makes of messages.json stands on this. The encoding is postcard's.

export * from "./parts.js";
export {
  bool, bytes, char, f32, f64, i8, i16, i32, i64, i128, string, u8, u16, u32, u64, u128, unit,
} from "./type.js";
