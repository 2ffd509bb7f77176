use std::fmt;

/// A figure as it was measured, as one line that `cargo xtask bench` gathers into its table:
/// `figure`, promise, what, measured, peer, ratio, bar, verdict, with tabs between.
#[derive(Debug)]
#[must_use]
pub struct Figure {
    promise: &'static str,
    what: String,
    measured: String,
    peer: String,
    ratio: Option<f64>,
    bar: Option<Bar>,
}

/// What a figure must reach. The text says it.
#[derive(Debug)]
struct Bar {
    text: String,
    held: bool,
}

impl Figure {
    /// What was measured, with its unit.
    pub fn new(promise: &'static str, what: impl Into<String>, measured: String) -> Self {
        Self {
            promise,
            what: what.into(),
            measured,
            peer: String::new(),
            ratio: None,
            bar: None,
        }
    }

    /// A program beside which it is promised is not here: that counts as missed.
    pub fn unmeasured(promise: &'static str, what: impl Into<String>, peer: &str) -> Self {
        let text = "measured".to_owned();
        Self {
            peer: format!("{peer}: not installed"),
            bar: Some(Bar { text, held: false }),
            ..Self::new(promise, what, "–".to_owned())
        }
    }

    /// The same of another program, and ours divided by it.
    pub fn beside(self, peer: &str, measured: &str, ratio: f64) -> Self {
        Self {
            peer: format!("{peer}: {measured}"),
            ratio: Some(ratio),
            ..self
        }
    }

    /// At least so much is promised of `value`.
    pub fn at_least(self, bar: f64, value: f64) -> Self {
        let held = value >= bar;
        let text = format!("≥ {bar}");
        Self {
            bar: Some(Bar { text, held }),
            ..self
        }
    }

    /// At most so much is promised of `value`.
    pub fn at_most(self, bar: f64, value: f64) -> Self {
        let held = value <= bar;
        let text = format!("≤ {bar}");
        Self {
            bar: Some(Bar { text, held }),
            ..self
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map(|it| format!("{it:.2}")).unwrap_or_default();
        let (bar, verdict) = match &self.bar {
            Some(bar) if bar.held => (bar.text.as_str(), "held"),
            Some(bar) => (bar.text.as_str(), "MISSED"),
            None => ("", ""),
        };
        let Self {
            promise,
            what,
            measured,
            peer,
            ..
        } = self;
        write!(
            f,
            "figure\t{promise}\t{what}\t{measured}\t{peer}\t{ratio}\t{bar}\t{verdict}"
        )
    }
}

/// A point of a plot: `point`, plot, series, x, y, with tabs between.
#[derive(Debug)]
pub struct Point<'a> {
    /// Names the plot.
    pub plot: &'static str,
    /// Names the line in it.
    pub series: &'a str,
    /// How much there is to do.
    pub x: f64,
    /// What it takes.
    pub y: f64,
}

impl fmt::Display for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plot, series, x, y } = self;
        write!(f, "point\t{plot}\t{series}\t{x}\t{y:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;

    #[test]
    fn a_figure_says_whether_it_holds() {
        let figure = |value| {
            let figure = Figure::new("P12", "an idle link", format!("{value} KiB"));
            figure
                .beside("other", "8 KiB", value / 8.0)
                .at_most(6.0, value)
        };
        let line = "figure\tP12\tan idle link\t6 KiB\tother: 8 KiB\t0.75\t≤ 6\theld";
        assert_eq!(figure(6.0).to_string(), line);
        assert!(figure(6.1).to_string().ends_with("\tMISSED"));
        let bare = Figure::new("P15", "time", "3 ms".to_owned());
        assert_eq!(bare.to_string(), "figure\tP15\ttime\t3 ms\t\t\t\t");
    }
}
