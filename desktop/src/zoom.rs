//! How large the page is shown, from one start to the next.

use crate::engine::Engine;
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use tauri::{Manager, WebviewWindow};

/// The file that keeps it, in percent.
const ZOOM: &str = "zoom";
const USUAL: u16 = 100;
/// The steps of browsers.
const STEPS: [u16; 11] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200];

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Larger,
    Smaller,
    Usual,
}

/// The zoom of now, in percent.
pub(crate) struct Zoom(AtomicU16);

/// Shows the page as large as last time.
pub(crate) fn begin(window: &WebviewWindow, folder: Option<&Path>) {
    let kept = folder.and_then(|it| std::fs::read_to_string(it.join(ZOOM)).ok());
    let percent = kept.and_then(|text| parse(&text)).unwrap_or(USUAL);
    window.manage(Zoom(AtomicU16::new(percent)));
    if percent != USUAL {
        show(window, percent);
    }
}

/// A step; the next start shows the page so again. What cannot be kept is forgotten.
pub(crate) fn change(window: &WebviewWindow, step: Step) {
    let Zoom(zoom) = window.state::<Zoom>().inner();
    let percent = after(zoom.load(Ordering::Relaxed), step);
    zoom.store(percent, Ordering::Relaxed);
    show(window, percent);
    if let Some(folder) = window.state::<Engine>().start().folder() {
        drop(std::fs::write(folder.join(ZOOM), percent.to_string()));
    }
}

fn show(window: &WebviewWindow, percent: u16) {
    drop(window.set_zoom(f64::from(percent) / 100.0));
}

fn after(percent: u16, step: Step) -> u16 {
    let next = match step {
        Step::Larger => STEPS.iter().find(|it| **it > percent),
        Step::Smaller => STEPS.iter().rfind(|it| **it < percent),
        Step::Usual => Some(&USUAL),
    };
    next.copied().unwrap_or(percent)
}

fn parse(text: &str) -> Option<u16> {
    let percent = text.trim().parse().ok()?;
    STEPS.contains(&percent).then_some(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_both_ways_and_end() {
        let mut percent = USUAL;
        for _ in 0..STEPS.len() {
            percent = after(percent, Step::Larger);
        }
        assert_eq!(percent, 200);
        assert_eq!(after(percent, Step::Smaller), 175);
        for _ in 0..STEPS.len() {
            percent = after(percent, Step::Smaller);
        }
        assert_eq!(percent, 50);
        assert_eq!(after(percent, Step::Usual), USUAL);
    }

    #[test]
    fn only_a_step_is_believed() {
        assert_eq!(parse("125\n"), Some(125));
        for text in ["", "0", "101", "-50", "65535", "1e2", "larger"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
