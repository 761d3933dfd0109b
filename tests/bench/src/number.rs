//! Numbers as people read them.

/// Three digits that count, and thousands apart: `0.352`, `35.2`, `352`, `3 520`, `3.52 M`.
pub fn number(figure: f64) -> String {
    let size = figure.abs();
    if !figure.is_finite() {
        return figure.to_string();
    }
    match size {
        0.0 => "0".to_owned(),
        _ if size >= 1e6 => format!("{} M", number(figure / 1e6)),
        _ if size >= 999.5 => {
            let whole = figure.round() as i64;
            format!("{} {:03}", whole / 1000, (whole % 1000).abs())
        }
        _ if size >= 99.95 => format!("{figure:.0}"),
        _ if size >= 9.995 => format!("{figure:.1}"),
        _ if size >= 0.9995 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_has_three_digits_that_count() {
        let shown = [
            0.0,
            0.3517,
            1.0,
            9.999,
            35.17,
            351.7,
            999.9,
            35170.0,
            3_517_000.0,
        ];
        let expected = [
            "0", "0.352", "1.00", "10.0", "35.2", "352", "1 000", "35 170", "3.52 M",
        ];
        assert_eq!(shown.map(number), expected);
    }
}
