//! Colours, as many as the terminal has, for the background it has.

use crate::settings::Theme;
use ratatui::style::{Color, Modifier, Style};

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// None, by <https://no-color.org> or because the terminal has none.
    None,
    Sixteen,
    /// The palette of 256.
    Palette,
    /// 24 bits.
    True,
}

impl Depth {
    /// By what the environment says of the terminal.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let modern = [
            "kitty",
            "ghostty",
            "alacritty",
            "foot",
            "wezterm",
            "-direct",
        ];
        if set("NO_COLOR").is_some() || ["", "dumb", "vt100", "vt220"].contains(&term.as_str()) {
            Self::None
        } else if set("COLORTERM").is_some_and(|it| it == "truecolor" || it == "24bit")
            || modern.iter().any(|it| term.contains(it))
        {
            Self::True
        } else if term.contains("256") {
            Self::Palette
        } else {
            Self::Sixteen
        }
    }
}

/// Light on dark, or dark on light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    Dark,
    Light,
}

/// How things look here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) depth: Depth,
    /// What the terminal itself has.
    pub(crate) terminal: Ground,
    pub(crate) theme: Theme,
}

/// One colour: 24 bits, of 256 and of 16, on dark and on light.
struct Hue([(u32, u8, Color); 2]);

// The page's, where it has the same.
const ACCENT: Hue = Hue([
    (0x0084_cdc6, 116, Color::Cyan),
    (0x000e_5f66, 23, Color::Blue),
]);
const ON_ACCENT: Hue = Hue([
    (0x0007_272a, 234, Color::Black),
    (0x00ff_ffff, 231, Color::White),
]);
const SOFT: Hue = Hue([
    (0x009f_b1b3, 248, Color::Gray),
    (0x004c_5f64, 240, Color::DarkGray),
]);
const LINE: Hue = Hue([
    (0x0064_7a7f, 242, Color::DarkGray),
    (0x0075_898b, 245, Color::Gray),
]);
const RED: Hue = Hue([
    (0x00f2_958c, 210, Color::LightRed),
    (0x00b3_261e, 124, Color::Red),
]);
const RED_FILL: Hue = Hue([
    (0x00c4_382e, 160, Color::Red),
    (0x00b3_261e, 124, Color::Red),
]);
const AMBER: Hue = Hue([
    (0x00f3_c777, 222, Color::Yellow),
    (0x007a_4a00, 94, Color::Magenta),
]);
const TINT: Hue = Hue([
    (0x0018_3238, 236, Color::Black),
    (0x00dc_ebe8, 254, Color::White),
]);
const WHITE: Hue = Hue([
    (0x00ff_ffff, 231, Color::White),
    (0x00ff_ffff, 231, Color::White),
]);

impl Look {
    const fn ground(&self) -> Ground {
        match self.theme {
            Theme::Terminal => self.terminal,
            Theme::Light => Ground::Light,
            Theme::Dark => Ground::Dark,
        }
    }

    fn hue(&self, hue: &Hue) -> Color {
        let [dark, light] = hue.0;
        let (bits, of_256, of_16) = match self.ground() {
            Ground::Dark => dark,
            Ground::Light => light,
        };
        match self.depth {
            Depth::None => Color::Reset,
            Depth::Sixteen => of_16,
            Depth::Palette => Color::Indexed(of_256),
            Depth::True => Color::from_u32(bits),
        }
    }

    fn fore(&self, hue: &Hue) -> Style {
        Style::new().fg(self.hue(hue))
    }

    /// The whole screen. A theme that was chosen brings its paper along.
    pub(crate) fn paper(&self) -> Style {
        if self.theme == Theme::Terminal || self.depth == Depth::None {
            return Style::new();
        }
        let (paper, ink) = match self.ground() {
            Ground::Dark => (
                (0x000c_1518, 233, Color::Black),
                (0x00e4_ecea, 255, Color::White),
            ),
            Ground::Light => (
                (0x00f4_f6f3, 255, Color::White),
                (0x0016_262b, 235, Color::Black),
            ),
        };
        Style::new()
            .bg(self.hue(&Hue([paper, paper])))
            .fg(self.hue(&Hue([ink, ink])))
    }

    pub(crate) fn accent(&self) -> Style {
        self.fore(&ACCENT)
    }

    pub(crate) fn soft(&self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.fore(&SOFT),
        }
    }

    pub(crate) fn line(&self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.fore(&LINE),
        }
    }

    pub(crate) fn red(&self) -> Style {
        self.fore(&RED).add_modifier(Modifier::BOLD)
    }

    pub(crate) fn amber(&self) -> Style {
        self.fore(&AMBER)
    }

    pub(crate) const fn bold(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// A button that does what one most likely wants, or a dangerous one; chosen or not.
    pub(crate) fn button(&self, chosen: bool, dangerous: bool) -> Style {
        match (chosen, self.depth) {
            (false, _) if dangerous => self.red(),
            (false, _) => self.accent(),
            (true, Depth::None) => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            (true, _) => {
                let (back, fore) = if dangerous {
                    (&RED_FILL, &WHITE)
                } else {
                    (&ACCENT, &ON_ACCENT)
                };
                let style = Style::new().bg(self.hue(back)).fg(self.hue(fore));
                style.add_modifier(Modifier::BOLD)
            }
        }
    }

    /// What is chosen in a list.
    pub(crate) fn chosen(&self) -> Style {
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(self.hue(&TINT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_colours_as_the_terminal_says() {
        let table: [(&[(&str, &str)], Depth); 8] = [
            (&[("TERM", "xterm-256color")], Depth::Palette),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::True,
            ),
            (
                &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
                Depth::None,
            ),
            (
                &[("TERM", "xterm-256color"), ("NO_COLOR", "")],
                Depth::Palette,
            ),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "linux")], Depth::Sixteen),
            (&[("TERM", "vt100")], Depth::None),
            (&[], Depth::None),
        ];
        for (set, wanted) in table {
            let of = |name: &str| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Depth::of(of), wanted, "{set:?}");
        }
    }

    #[test]
    fn without_colours_nothing_has_one() {
        let theme = Theme::Dark;
        let look = Look {
            depth: Depth::None,
            terminal: Ground::Dark,
            theme,
        };
        let styles = [
            look.paper(),
            look.accent(),
            look.soft(),
            look.red(),
            look.amber(),
        ];
        for style in styles
            .into_iter()
            .chain([look.button(true, true), look.chosen()])
        {
            assert!(matches!(style.fg, None | Some(Color::Reset)), "{style:?}");
            assert!(matches!(style.bg, None | Some(Color::Reset)), "{style:?}");
        }
    }
}
