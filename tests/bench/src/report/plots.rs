//! The plots: latency, throughput, memory.

use crate::flavour::Flavour;
use crate::measured::Measured;
use crate::number::whole;
use crate::rows::{PARKED, ROUND_TRIP, THROUGHPUT};
use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

const SIZE: (u32, u32) = (910, 440);

/// What the names of the curves take of the width.
const NAMES: u32 = 180;

/// A palette that people who see few colours can tell apart (Okabe and Ito). Whoever is in several
/// plots has the same colour in each.
const COLOURS: [(&str, RGBColor); 11] = [
    ("ringhost", RGBColor(213, 94, 0)),
    ("ringhost, small", RGBColor(230, 159, 0)),
    ("ringhost, handler", RGBColor(150, 50, 0)),
    ("ringhost, dense", RGBColor(150, 50, 0)),
    ("ringhost, dense handler", RGBColor(204, 121, 167)),
    ("native", RGBColor(0, 0, 0)),
    ("native, [u8; 16]", RGBColor(140, 140, 140)),
    ("kameo", RGBColor(0, 158, 115)),
    ("ractor", RGBColor(204, 121, 167)),
    ("actix", RGBColor(86, 180, 233)),
    ("Erlang", RGBColor(0, 114, 178)),
];

fn colour(name: &str) -> RGBColor {
    let mut known = COLOURS.iter().filter(|(known, _)| *known == name);
    known
        .next()
        .map_or(RGBColor(120, 120, 40), |(_, colour)| *colour)
}

/// A line of a plot.
type Curve = (String, Vec<(f64, f64)>);

/// Draws what was measured into this folder. Returns the files with what they show.
///
/// # Errors
/// If a file cannot be written.
pub(super) fn draw(rows: &[Measured], folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut add = |name: &str, plot: Plot| -> Result<()> {
        if !plot.curves.is_empty() {
            plot.draw(&folder.join(name))?;
            files.push((name.to_owned(), plot.title));
        }
        Ok(())
    };
    for flavour in Flavour::ALL {
        let suffix = flavour.to_string().replace(' ', "-");
        add(&format!("latency-{suffix}.svg"), latency(rows, flavour))?;
        add(
            &format!("throughput-{suffix}.svg"),
            throughput(rows, flavour),
        )?;
    }
    add("memory.svg", memory(rows))?;
    Ok(files)
}

struct Plot {
    title: String,
    across: Axis,
    up: Axis,
    curves: Vec<Curve>,
}

struct Axis {
    name: &'static str,
    /// What is marked, and the marks.
    marks: Vec<(f64, String)>,
}

/// The part of the round trips that take at most so long, as in a plot of an HdrHistogram.
fn latency(rows: &[Measured], flavour: Flavour) -> Plot {
    let parts = ["0", "0.5", "0.9", "0.99", "0.999", "0.9999"];
    let place = |part: f64| 1.0 / (1.0 - part);
    let marks = parts.iter().filter_map(|part| {
        let part: f64 = part.parse().ok()?;
        Some((place(part), format!("{} %", part * 100.0)))
    });
    let row = rows
        .iter()
        .find(|row| row.name == ROUND_TRIP && row.flavour == flavour);
    let outcomes = row.map_or(&[][..], |row| &row.outcomes);
    let curves = outcomes.iter().filter_map(|outcome| {
        let times = outcome.distribution.as_ref()?;
        // Even steps on the axis, from none to one of ten thousand that take longer.
        let steps = (0..=160).map(|step| 10_f64.powf(f64::from(step) / 40.0));
        let points = steps.map(|place| (place, times.value_at_quantile(1.0 - 1.0 / place) as f64));
        Some((outcome.name.to_owned(), points.collect()))
    });
    Plot {
        title: format!("Round trip of 16 bytes, {flavour}"),
        across: Axis {
            name: "so many of the round trips",
            marks: marks.collect(),
        },
        up: Axis {
            name: "take at most so many nanoseconds",
            marks: decades(),
        },
        curves: curves.collect(),
    }
}

fn throughput(rows: &[Measured], flavour: Flavour) -> Plot {
    let sizes = |row: &Measured| size(&row.name, THROUGHPUT);
    let ours = rows.iter().filter(|row| row.flavour == flavour);
    let marks = [16.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0];
    Plot {
        title: format!("Throughput, {flavour}"),
        across: Axis {
            name: "bytes a message",
            marks: marks.iter().map(|size| (*size, whole(*size))).collect(),
        },
        up: Axis {
            name: "messages a second",
            marks: decades(),
        },
        curves: curves(ours, sizes, &["ringhost", "native"]),
    }
}

fn memory(rows: &[Measured]) -> Plot {
    let counts = |row: &Measured| size(&row.name, PARKED);
    let marks = [1e3, 1e4, 1e5, 1e6];
    Plot {
        title: "Resident memory of those that wait for a message".to_owned(),
        across: Axis {
            name: "how many there are",
            marks: marks.iter().map(|count| (*count, whole(*count))).collect(),
        },
        up: Axis {
            name: "KiB each",
            marks: decades(),
        },
        curves: curves(rows.iter(), counts, &[]),
    }
}

/// The number in a row's name, which is of this kind.
fn size(name: &str, kind: &str) -> Option<f64> {
    let (before, after) = name.split_once(kind)?;
    let digits = before.chars().chain(after.chars());
    let digits: String = digits.filter(char::is_ascii_digit).collect();
    let millions = before.ends_with(" M");
    let number: f64 = digits.parse().ok()?;
    Some(if millions { number * 1e6 } else { number })
}

/// The first lines of the rows to which a number is given, for these contenders or for all.
fn curves<'rows>(
    rows: impl Iterator<Item = &'rows Measured>,
    place: impl Fn(&Measured) -> Option<f64>,
    names: &[&str],
) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for row in rows {
        let Some(across) = place(row) else { continue };
        for (contender, outcome) in row.outcomes.iter().enumerate() {
            let wanted = names.is_empty() || names.contains(&outcome.name);
            let Some(figure) = row.figures(0, contender).filter(|_| wanted) else {
                continue;
            };
            let point = (across, figure.median);
            match curves.iter_mut().find(|(name, _)| name == outcome.name) {
                Some((_, points)) => points.push(point),
                None => curves.push((outcome.name.to_owned(), vec![point])),
            }
        }
    }
    curves
}

/// Powers of ten and their halves and fifths, of which an axis shows those in its range.
fn decades() -> Vec<(f64, String)> {
    let powers = (-1..=9).map(|power| 10_f64.powi(power));
    let marks = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|part| part * power));
    marks.map(|mark| (mark, whole(mark))).collect()
}

impl Plot {
    fn draw(&self, path: &Path) -> Result<()> {
        self.try_draw(path)
            .map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
    }

    fn try_draw(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (left, right) = area.split_horizontally(SIZE.0 - NAMES);
        self.draw_curves(&left)?;
        for ((name, _), place) in self.curves.iter().zip(0..) {
            let height = 56 + 24 * place;
            let line = vec![(6, height), (28, height)];
            right.draw(&PathElement::new(line, colour(name).stroke_width(3)))?;
            let text = ("sans-serif", 14).into_font();
            right.draw(&Text::new(name.as_str(), (36, height - 7), text))?;
        }
        area.present()?;
        Ok(())
    }

    fn draw_curves(&self, area: &DrawingArea<SVGBackend, Shift>) -> Result<(), Box<dyn Error>> {
        let points = || self.curves.iter().flat_map(|(_, points)| points);
        let across = Logarithmic::around(points().map(|point| point.0), 1.0, &self.across);
        let up = Logarithmic::around(points().map(|point| point.1), 1.25, &self.up);
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 20))
            .margin(12)
            .margin_right(28)
            .x_label_area_size(44)
            .y_label_area_size(80)
            .build_cartesian_2d(across, up)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(225, 225, 225))
            .x_desc(self.across.name)
            .y_desc(self.up.name)
            .label_style(("sans-serif", 14))
            .draw()?;
        for (name, points) in &self.curves {
            let style = colour(name).stroke_width(2);
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            // What was measured, where a line between it is only drawn.
            let measured = points.iter().filter(|_| points.len() < 10);
            chart.draw_series(measured.map(|point| Circle::new(*point, 3, style.filled())))?;
        }
        Ok(())
    }
}

/// An axis on which equal ratios are equally long, with marks of our own.
struct Logarithmic {
    range: Range<f64>,
    marks: Vec<(f64, String)>,
}

impl Logarithmic {
    /// One that shows all these figures, with this factor to spare.
    fn around(figures: impl Iterator<Item = f64>, spare: f64, axis: &Axis) -> Self {
        let (mut least, mut most) = (f64::MAX, f64::MIN_POSITIVE);
        for figure in figures.filter(|figure| *figure > 0.0) {
            least = least.min(figure);
            most = most.max(figure);
        }
        let range = least / spare..most * spare;
        let marks = axis.marks.iter().filter(|(mark, _)| {
            // What a mark is made of is not exact.
            (range.start * 0.999..=range.end * 1.001).contains(mark)
        });
        Self {
            marks: marks.cloned().collect(),
            range,
        }
    }
}

impl Ranged for Logarithmic {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        let part = (value / self.range.start).ln() / (self.range.end / self.range.start).ln();
        begin + (part * f64::from(end - begin)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.iter().map(|(mark, _)| *mark).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Logarithmic {
    fn format_ext(&self, value: &f64) -> String {
        let mut marks = self.marks.iter();
        let mark = marks.find(|(mark, _)| mark == value);
        mark.map_or_else(|| whole(*value), |(_, name)| name.clone())
    }
}
