//! The size of the window, from one start to the next.

use std::path::Path;

/// The file that keeps it, in logical pixels: width and height.
const SIZE: &str = "size";
/// Of the first start: both panes are side by side.
const FIRST: (f64, f64) = (1040.0, 720.0);
/// Nothing of the page is cut off down to this size.
pub(crate) const MIN: (f64, f64) = (340.0, 480.0);
/// What was kept larger than any screen is not believed.
const MAX: f64 = 16_384.0;

/// The size of last time.
pub(crate) fn of(folder: Option<&Path>) -> (f64, f64) {
    let kept = folder.and_then(|it| std::fs::read_to_string(it.join(SIZE)).ok());
    kept.and_then(|text| parse(&text)).unwrap_or(FIRST)
}

/// Keeps a size. What cannot be kept is forgotten.
pub(crate) fn keep(folder: &Path, (width, height): (f64, f64)) {
    drop(std::fs::write(
        folder.join(SIZE),
        format!("{width:.0} {height:.0}"),
    ));
}

fn parse(text: &str) -> Option<(f64, f64)> {
    let (width, height) = text.trim().split_once(' ')?;
    let size: (f64, f64) = (width.parse().ok()?, height.parse().ok()?);
    let fits = (MIN.0..=MAX).contains(&size.0) && (MIN.1..=MAX).contains(&size.1);
    fits.then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_size_is_believed() {
        assert_eq!(parse("900 600\n"), Some((900.0, 600.0)));
        for text in [
            "", "900", "10 10", "NaN NaN", "inf 600", "1e9 600", "-900 600",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
