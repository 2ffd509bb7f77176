//! Whether there is an icon in the desktop's panel: `Tray` in `web/src/engine/host.ts`.

use serde::Serialize;

/// As the page has words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shown {
    On,
    Off,
    /// No panel shows it.
    Missing,
}
