//! Pictures of what was measured by size and by load.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::ledger::{Ledger, Series};

const SIZE: (u32, u32) = (720, 420);
/// Room above the highest point, in a plot whose axis is a logarithm.
const ABOVE: f64 = 2.0;
/// Told apart also by who does not tell red from green.
const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 114, 178),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(120, 120, 120),
    RGBColor(120, 50, 30),
];

/// What a plot shows.
struct Plot {
    name: &'static str,
    title: &'static str,
    x: &'static str,
    y: &'static str,
    /// Whether the axes are logarithms.
    log: bool,
}

const PLOTS: &[Plot] = &[
    Plot {
        name: "memory",
        title: "Resident memory by idle connections",
        x: "connections",
        y: "MiB more than without",
        log: false,
    },
    Plot {
        name: "latency-p50",
        title: "128 bytes to and fro, median, by pairs that do so at once",
        x: "pairs",
        y: "ms",
        log: true,
    },
    Plot {
        name: "latency-p99",
        title: "128 bytes to and fro, 99th percentile, by pairs that do so at once",
        x: "pairs",
        y: "ms",
        log: true,
    },
    Plot {
        name: "cost",
        title: "Cost of one piece of work by how much there is",
        x: "links, accounts, or people who wait",
        y: "µs",
        log: true,
    },
];

/// Draws all of which there are points.
pub(super) fn draw(folder: &Path, ledger: &Ledger) -> Result<()> {
    for plot in PLOTS {
        let series = ledger.plot(plot.name);
        if !series.is_empty() {
            let file = folder.join(plot.name).with_extension("svg");
            one(&file, plot, series).with_context(|| format!("cannot draw {}", plot.name))?;
        }
    }
    Ok(())
}

fn one(file: &Path, plot: &Plot, series: &[(String, Series)]) -> Result<()> {
    let points = || series.iter().flat_map(|(_, points)| points);
    let least = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(0.0, f64::max);
    let (left, right) = (least(|it| it.0), most(|it| it.0));
    let (low, high) = (least(|it| it.1), most(|it| it.1));
    if plot.log {
        let x = (left..right).log_scale();
        axes(
            file,
            plot,
            series,
            (x, (low / ABOVE..high * ABOVE).log_scale()),
        )
    } else {
        axes(file, plot, series, (0.0..right, 0.0..high))
    }
}

fn axes<X, Y>(file: &Path, plot: &Plot, series: &[(String, Series)], (x, y): (X, Y)) -> Result<()>
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(drawing)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(plot.title, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(x, y)
        .map_err(drawing)?;
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(TRANSPARENT);
    mesh.x_desc(plot.x).y_desc(plot.y).draw().map_err(drawing)?;
    for ((name, points), colour) in series.iter().zip(COLOURS.into_iter().cycle()) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3);
        let drawn = chart.draw_series(line).map_err(drawing)?;
        drawn
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    let mut legend = chart.configure_series_labels();
    legend.position(SeriesLabelPosition::UpperLeft);
    legend.background_style(WHITE.mix(0.8));
    legend
        .label_font(("sans-serif", 12))
        .draw()
        .map_err(drawing)?;
    area.present().map_err(drawing)
}

/// What plotters says goes by value, and may not be sent to another thread.
fn drawing(error: impl std::error::Error) -> anyhow::Error {
    anyhow!("{error}")
}
