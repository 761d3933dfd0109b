//! The kernel: what it answers.

use super::{Picture, View, colour, escape};
use ringhost_sdk::compute::{Buffer, Space};
use ringhost_sdk::prelude::*;

/// The most pixels of a row, and the most rows.
const MOST: u32 = 8192;

/// Answers each view with its picture.
#[ring_kernel]
pub fn run(context: &mut Context<View, Picture>) -> Result<()> {
    context.serve(|view, replies| {
        replies.push(picture(&view)?);
        Ok(())
    })
}

fn picture(view: &View) -> Result<Picture> {
    let (width, height) = (view.width, view.height);
    let sizes = 1..=MOST;
    ensure!(
        sizes.contains(&width) && sizes.contains(&height),
        "a picture of {width} x {height} cannot be drawn: from 1 to {MOST} pixels are, both ways"
    );
    let pixels = width * height;
    let space = Space::create(None, u64::from(pixels) * 4 + (1 << 20))?;
    let taken: Buffer<u32> = space.allocate(pixels)?;
    let pixel = view.extent / f64::from(width);
    let left = view.real - view.extent / 2.0;
    let top = view.imaginary + pixel * f64::from(height) / 2.0;
    let launch = escape::launch(pixels, width, left, top, pixel, view.steps, &taken);
    let stats = space.run([launch])?;
    let taken = taken.read()?;
    let colours: Vec<u8> = taken
        .into_iter()
        .flat_map(|taken| colour(taken, view.steps))
        .collect();
    Ok(Picture {
        png: encoded(width, height, &colours)?,
        device: space.device().name,
        device_time: stats.device_time,
    })
}

fn encoded(width: u32, height: u32, colours: &[u8]) -> Result<Vec<u8>> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(colours)?;
    writer.finish()?;
    Ok(png)
}
