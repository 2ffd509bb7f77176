//! The terminal itself: taken, given back, asked what it is, and written to without waiting for it.

use super::look::Ground;
use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture, Event, EventStream, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use futures_core::Stream;
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use ratatui_image::picker::Picker;
use std::cell::RefCell;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::thread;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

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
pub(crate) type Room = mpsc::OwnedPermit<Written>;

/// What is written at once.
pub(crate) struct Written {
    bytes: Vec<u8>,
    /// Whoever waits until the terminal has taken it.
    taken: Option<oneshot::Sender<()>>,
}

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
    frames: mpsc::Sender<Written>,
    events: EventStream,
    title: String,
    mouse: bool,
    /// Whether the terminal is this program's just now.
    is_taken: bool,
}

impl Taken {
    /// Takes it. It is given back however the program ends, unless it is killed.
    pub(crate) fn take(mouse: bool) -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back_now(leaving());
            before(panic);
        }));
        let mut stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let (frames, mut waiting) = mpsc::channel::<Written>(FRAMES_MAX);
        thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || {
                while let Some(frame) = waiting.blocking_recv() {
                    if stdout.write_all(&frame.bytes).is_err() {
                        return;
                    }
                    // Nobody may wait for it.
                    let _ = frame.taken.map(|it| it.send(()));
                }
            })?;
        let pending = Pending::default();
        let mut taken = Self {
            terminal: Terminal::new(CrosstermBackend::new(pending.clone()))?,
            pending,
            frames,
            events: EventStream::new(),
            title: String::new(),
            mouse,
            is_taken: false,
        };
        taken.take_again()?;
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
            match frames.reserve_owned().await {
                Ok(room) => room,
                Err(_) => std::future::pending().await,
            }
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
        let bytes = self.pending.0.take();
        room.send(Written { bytes, taken: None });
        Ok(())
    }

    /// The next frame is drawn whole. The terminal is not asked where its cursor is: the answer would
    /// come among the keys.
    pub(crate) fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Stops this program as the shell would, until it is to go on.
    pub(crate) async fn suspend(&mut self) -> io::Result<()> {
        self.give_back().await;
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.take_again()
    }

    /// Takes it, or takes it again, however the shell left it. What takes it goes before the next frame.
    pub(crate) fn take_again(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        enable_raw_mode()?;
        let mut before = self.pending.clone();
        if !std::mem::replace(&mut self.is_taken, true) {
            queue!(
                before,
                Print(PUSH_TITLE),
                PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
            )?;
        }
        queue!(
            before,
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange
        )?;
        if self.mouse {
            queue!(before, EnableMouseCapture)?;
        }
        self.title.clear();
        // Some terminals have no other screen: what stands there goes first.
        self.redraw()
    }

    /// What waits is written, and the terminal is as it was. One that takes nothing for a while is left;
    /// whether it took all.
    async fn give_back(&mut self) -> bool {
        let last = async {
            let room = self.frames.clone().reserve_owned().await.ok()?;
            self.is_taken = false;
            let (taken, is_taken) = oneshot::channel();
            let (bytes, taken) = (self.last_words(), Some(taken));
            room.send(Written { bytes, taken });
            is_taken.await.ok()
        };
        let written = timeout(FLUSH_WITHIN, last).await;
        // A terminal that is gone needs nothing.
        let _ = disable_raw_mode();
        matches!(written, Ok(Some(())))
    }

    /// What takes it may be waiting for a frame, and is not to be undone before it was done.
    fn last_words(&self) -> Vec<u8> {
        let mut bytes = self.pending.0.take();
        bytes.extend(leaving());
        bytes
    }

    /// The terminal is given back; whether it took what was written.
    pub(crate) async fn close(mut self) -> bool {
        self.give_back().await
    }
}

impl Drop for Taken {
    /// Something went wrong before it was closed.
    fn drop(&mut self) {
        if self.is_taken {
            give_back_now(self.last_words());
        }
    }
}

/// What makes a terminal as it was.
fn leaving() -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = queue!(
        bytes,
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
    bytes
}

/// Gives it back from anywhere, past what waits; a terminal that takes nothing is left after a while.
fn give_back_now(last: Vec<u8>) {
    let (done, is_done) = std::sync::mpsc::channel();
    let writing = thread::Builder::new().spawn(move || {
        let stdout = io::stdout().as_fd().try_clone_to_owned();
        // There is nobody to tell.
        let _ = stdout.and_then(|it| File::from(it).write_all(&last));
        let _ = done.send(());
    });
    if writing.is_ok() {
        let _ = is_done.recv_timeout(FLUSH_WITHIN);
    }
    let _ = disable_raw_mode();
}
