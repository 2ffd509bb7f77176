//! The terminal itself: taken, given back, asked what it is, and written to without waiting for it.

use super::look::Ground;
use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture, Event, EventStream, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use futures_core::Stream;
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use ratatui_image::picker::Picker;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc;

/// Frames that wait for a terminal that is slow; meanwhile nothing is drawn.
const FRAMES_MAX: usize = 1;
/// What waits at the end is written within this.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);
/// The terminal says within this what its background is.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// xterm keeps its title on a stack.
const PUSH_TITLE: &str = "\u{1b}[22;2t";
const POP_TITLE: &str = "\u{1b}[23;2t";

/// What a terminal said of itself.
pub(crate) struct Told {
    pub(crate) ground: Ground,
    pub(crate) picker: Picker,
}

/// Asks the terminal what it is. It is read from: nothing else may read meanwhile.
pub(crate) fn ask(variable: impl Fn(&str) -> Option<String>) -> Told {
    let mut options = terminal_colorsaurus::QueryOptions::default();
    options.timeout = ANSWER_WITHIN;
    let mode = terminal_colorsaurus::theme_mode(options);
    let ground = match mode {
        Ok(terminal_colorsaurus::ThemeMode::Light) => Ground::Light,
        _ => Ground::Dark,
    };
    let within = |name| variable(name).is_some_and(|value| !value.is_empty());
    // A multiplexer draws cells, and one that does not answer would answer into what is typed.
    let draws = mode.is_ok() && !within("TMUX") && !within("STY");
    let picker = draws.then(|| Picker::from_query_stdio().ok()).flatten();
    Told {
        ground,
        picker: picker.unwrap_or_else(Picker::halfblocks),
    }
}

/// For one frame.
pub(crate) type Room = mpsc::OwnedPermit<Vec<u8>>;

/// What is written before it is sent.
#[derive(Clone, Default)]
struct Pending(Rc<RefCell<Vec<u8>>>);

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal, taken whole.
pub(crate) struct Taken {
    terminal: Terminal<CrosstermBackend<Pending>>,
    pending: Pending,
    frames: Option<mpsc::Sender<Vec<u8>>>,
    writing: Option<JoinHandle<()>>,
    events: EventStream,
    title: String,
    mouse: bool,
}

impl Taken {
    /// Takes it. It is given back however the program ends, unless it is killed.
    pub(crate) fn take(mouse: bool) -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        enter(mouse)?;
        let (frames, mut waiting) = mpsc::channel::<Vec<u8>>(FRAMES_MAX);
        let writing = thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || {
                while let Some(frame) = waiting.blocking_recv() {
                    let mut stdout = io::stdout().lock();
                    if stdout
                        .write_all(&frame)
                        .and_then(|()| stdout.flush())
                        .is_err()
                    {
                        return;
                    }
                }
            })?;
        let pending = Pending::default();
        let mut taken = Self {
            terminal: Terminal::new(CrosstermBackend::new(pending.clone()))?,
            pending,
            frames: Some(frames),
            writing: Some(writing),
            events: EventStream::new(),
            title: String::new(),
            mouse,
        };
        // Some terminals have no other screen: what stands there goes first.
        taken.redraw()?;
        Ok(taken)
    }

    /// What comes next; nothing, when the terminal is gone. Dropped half-way, nothing is lost.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let next = poll_fn(|context| Pin::new(&mut self.events).poll_next(context));
        next.await.and_then(Result::ok)
    }

    /// Room for a frame: what was drawn before is on its way. Never, when the terminal is gone.
    pub(crate) fn room(&self) -> impl Future<Output = Room> + use<> {
        let frames = self.frames.clone();
        async move {
            if let Some(frames) = frames
                && let Ok(room) = frames.reserve_owned().await
            {
                return room;
            }
            std::future::pending().await
        }
    }

    /// Draws what has changed. A title is told when it changes, the bell is rung once.
    pub(crate) fn draw(
        &mut self,
        room: Room,
        (title, bell): (&str, bool),
        draw: impl FnOnce(&mut Frame<'_>),
    ) -> io::Result<()> {
        queue!(self.pending, BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        if self.title != title {
            title.clone_into(&mut self.title);
            queue!(self.pending, SetTitle(title))?;
        }
        if bell {
            queue!(self.pending, Print('\u{7}'))?;
        }
        queue!(self.pending, EndSynchronizedUpdate)?;
        room.send(self.pending.0.take());
        Ok(())
    }

    /// The next frame is drawn whole. The terminal is not asked where its cursor is: the answer would
    /// come among the keys.
    pub(crate) fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Stops this program as the shell would, until it is to go on.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.take_again()
    }

    /// Takes it again, however the shell left it.
    pub(crate) fn take_again(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        enter(self.mouse)?;
        self.title.clear();
        self.redraw()
    }

    /// What waits is written, for a moment, and the terminal is given back.
    pub(crate) async fn close(mut self) {
        self.frames = None;
        if let Some(writing) = self.writing.take() {
            let written = tokio::task::spawn_blocking(move || writing.join());
            drop(tokio::time::timeout(FLUSH_WITHIN, written).await);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    let mut stdout = io::stdout();
    queue!(
        stdout,
        Print(PUSH_TITLE),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
    )?;
    if mouse {
        queue!(stdout, EnableMouseCapture)?;
    }
    stdout.flush()
}

/// Whatever was changed is as it was. A terminal that is gone needs nothing.
fn give_back() {
    let _ = execute!(
        io::stdout(),
        DisableMouseCapture,
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        EndSynchronizedUpdate,
        Clear(ClearType::All),
        MoveTo(0, 0),
        LeaveAlternateScreen,
        Print(POP_TITLE),
        Show
    );
    let _ = disable_raw_mode();
}
