use super::bind::{dialler, failure, listen, tune};
use crate::seam::{
    ConnId, Drain, Event, Failure, Family, From, Input, Misuse, Offer, Output, PortId,
};
use crate::{Config, Punch, Report};
use core::net::SocketAddr;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::io;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes read at once. Nobody says more before a choice.
const PIECE: usize = 4 * 1024;
/// Connections of one listener that fail to be accepted in a row.
const FAILURES_MAX: usize = 16;

/// A [`Punch`] with sockets.
///
/// It does nothing but in [`Driver::next`], and while one of its commands runs. All of it lives in
/// one task; dropped, it closes everything.
pub struct Driver {
    punch: Punch,
    began: Instant,
    listeners: BTreeMap<PortId, (TcpListener, u16)>,
    dials: JoinSet<(ConnId, io::Result<TcpStream>)>,
    flying: BTreeMap<ConnId, AbortHandle>,
    open: BTreeMap<ConnId, TcpStream>,
    accepted: u32,
    #[cfg(feature = "portmap")]
    mappings: super::portmap::Mappings,
    told: VecDeque<Told>,
    events: VecDeque<Event>,
    direct: Option<(ConnId, TcpStream)>,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// What is to be told to the engine.
enum Told {
    Listening(PortId, SocketAddr),
    NotListening(PortId),
    Connected(ConnId, SocketAddr),
    Failed(ConnId, Failure),
    Accepted(PortId, ConnId, SocketAddr),
    Bytes(ConnId, Vec<u8>),
    Closed(ConnId),
    #[cfg(feature = "portmap")]
    Mapped(PortId, SocketAddr),
    NotMapped(PortId),
    Wake,
}

impl Told {
    fn input(&self) -> Input<'_> {
        match self {
            Self::Listening(port, at) => Input::Listening(*port, *at),
            Self::NotListening(port) => Input::NotListening(*port),
            Self::Connected(conn, local) => Input::Connected(*conn, *local),
            Self::Failed(conn, failure) => Input::Failed(*conn, *failure),
            Self::Accepted(port, conn, from) => Input::Accepted(*port, *conn, *from),
            Self::Bytes(conn, bytes) => Input::Bytes(*conn, bytes),
            Self::Closed(conn) => Input::Closed(*conn),
            #[cfg(feature = "portmap")]
            Self::Mapped(port, to) => Input::Mapped(*port, *to),
            Self::NotMapped(port) => Input::NotMapped(*port),
            Self::Wake => Input::Wake,
        }
    }
}

impl core::fmt::Debug for Driver {
    /// Engines hold keys.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Driver([redacted])")
    }
}

impl Driver {
    /// An engine with sockets, which does nothing yet. The seed is 32 random bytes of a
    /// cryptographic source. Within a tokio runtime.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        #[cfg(feature = "portmap")]
        let lease = Duration::from_millis(config.timers.lease);
        Self {
            punch: Punch::new(config, seed),
            began: Instant::now(),
            listeners: BTreeMap::new(),
            dials: JoinSet::new(),
            flying: BTreeMap::new(),
            open: BTreeMap::new(),
            accepted: 0,
            #[cfg(feature = "portmap")]
            mappings: super::portmap::Mappings::new(lease),
            told: VecDeque::new(),
            events: VecDeque::new(),
            direct: None,
            sleep: None,
        }
    }

    /// [`Punch::prepare`].
    pub fn prepare(&mut self) {
        let now = self.now();
        let outputs = collect(self.punch.prepare(now));
        self.obey(outputs);
    }

    /// [`Punch::report`].
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        self.punch.report()
    }

    /// [`Punch::is_mapping`].
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        self.punch.is_mapping()
    }

    /// [`Punch::offer`].
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn offer(&mut self, offer: Offer) -> Result<(), Misuse> {
        let now = self.now();
        let outputs = collect(self.punch.offer(now, offer)?);
        self.obey(outputs);
        Ok(())
    }

    /// [`Punch::say`].
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn say(&mut self, conn: ConnId, bytes: Vec<u8>) -> Result<(), Misuse> {
        let now = self.now();
        let outputs = collect(self.punch.say(now, conn, bytes)?);
        self.obey(outputs);
        Ok(())
    }

    /// [`Punch::elected`]. The connection itself is the caller's from now on; [`Event::Direct`]
    /// follows. Bytes that came after the last [`Event::Bytes`] are in it unread.
    ///
    /// # Errors
    /// [`Misuse`], as there.
    pub fn elected(&mut self, conn: ConnId) -> Result<TcpStream, Misuse> {
        let now = self.now();
        let outputs = collect(self.punch.elected(now, conn)?);
        self.obey(outputs);
        match self.direct.take() {
            Some((of, stream)) if of == conn => Ok(stream),
            _ => Err(Misuse::NotProven),
        }
    }

    /// [`Punch::let_go`].
    pub fn let_go(&mut self, conn: ConnId) {
        let now = self.now();
        let outputs = collect(self.punch.let_go(now, conn));
        self.obey(outputs);
    }

    /// The network has changed.
    pub fn network(&mut self) {
        self.give(Input::Network);
    }

    /// [`Punch::stop`].
    pub fn stop(&mut self) {
        let now = self.now();
        let outputs = collect(self.punch.stop(now));
        self.obey(outputs);
    }

    /// What happens next. It may be dropped and called again at any time: nothing is lost.
    pub async fn next(&mut self) -> Event {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(event);
            }
            if let Some(told) = self.told.pop_front() {
                self.give(told.input());
                continue;
            }
            let told = ready!(self.poll_told(cx));
            self.told.push_back(told);
        }
    }

    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        if let Poll::Ready(told) = self.poll_timer(cx) {
            return Poll::Ready(told);
        }
        if let Poll::Ready(told) = self.poll_dials(cx) {
            return Poll::Ready(told);
        }
        #[cfg(feature = "portmap")]
        if let Poll::Ready((port, to)) = self.mappings.poll(cx) {
            let told = to.map(|to| Told::Mapped(port, to));
            return Poll::Ready(told.unwrap_or(Told::NotMapped(port)));
        }
        // Before the listeners: what a connection may say is bounded, how many come is not.
        if let Poll::Ready(told) = self.poll_open(cx) {
            return Poll::Ready(told);
        }
        self.poll_listeners(cx)
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        let Some(sleep) = &mut self.sleep else {
            return Poll::Pending;
        };
        ready!(sleep.as_mut().poll(cx));
        self.sleep = None;
        Poll::Ready(Told::Wake)
    }

    fn poll_dials(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        while let Poll::Ready(Some(joined)) = self.dials.poll_join_next(cx) {
            // Those that were ended by `Close` are known no more.
            let Ok((conn, result)) = joined else {
                continue;
            };
            if self.flying.remove(&conn).is_some() {
                return Poll::Ready(self.dialled(conn, result));
            }
        }
        Poll::Pending
    }

    fn dialled(&mut self, conn: ConnId, result: io::Result<TcpStream>) -> Told {
        let ready = result.and_then(|stream| {
            tune(&stream)?;
            let local = stream.local_addr()?;
            Ok((stream, local))
        });
        match ready {
            Ok((stream, local)) => {
                self.open.insert(conn, stream);
                Told::Connected(conn, local)
            }
            Err(error) => Told::Failed(conn, failure(&error)),
        }
    }

    fn poll_listeners(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        for (port, (listener, _)) in &self.listeners {
            // A failure to accept is that of one connection, which is gone. Where the system has no
            // file left it fails again and again: what comes then waits for the next call.
            for _ in 0..FAILURES_MAX {
                let Poll::Ready(accepted) = listener.poll_accept(cx) else {
                    break;
                };
                let tuned = accepted.and_then(|(stream, from)| {
                    tune(&stream)?;
                    Ok((stream, from))
                });
                if let Ok((stream, from)) = tuned {
                    let conn = ConnId::Accepted(self.accepted);
                    self.accepted = self.accepted.wrapping_add(1);
                    self.open.insert(conn, stream);
                    return Poll::Ready(Told::Accepted(*port, conn, from));
                }
            }
        }
        Poll::Pending
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        for (conn, stream) in &mut self.open {
            let mut piece = [0; PIECE];
            let mut buffer = ReadBuf::new(&mut piece);
            let told = match Pin::new(stream).poll_read(cx, &mut buffer) {
                Poll::Pending => continue,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    return Poll::Ready(Told::Bytes(*conn, buffer.filled().to_vec()));
                }
                Poll::Ready(_) => *conn,
            };
            self.open.remove(&told);
            return Poll::Ready(Told::Closed(told));
        }
        Poll::Pending
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn give(&mut self, input: Input<'_>) {
        let now = self.now();
        let outputs = collect(self.punch.handle(now, input));
        self.obey(outputs);
    }

    fn obey(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Listen(port, family) => self.listen(port, family),
                Output::Shut(port) => self.shut(port),
                Output::Dial(conn, from, to) => self.dial(conn, from, to),
                Output::Send(conn, bytes) => self.send(conn, &bytes),
                Output::Close(conn) => self.close(conn),
                #[cfg(feature = "portmap")]
                Output::Map(port, local) => self.mappings.begin(port, local),
                #[cfg(not(feature = "portmap"))]
                Output::Map(port, _) => self.told.push_back(Told::NotMapped(port)),
                Output::Wake(at) => self.wake(at),
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn listen(&mut self, port: PortId, family: Family) {
        let bound = listen(family).and_then(|it| it.local_addr().map(|at| (it, at)));
        let told = match bound {
            Ok((listener, at)) => {
                self.listeners.insert(port, (listener, at.port()));
                Told::Listening(port, at)
            }
            Err(_) => Told::NotListening(port),
        };
        self.told.push_back(told);
    }

    fn shut(&mut self, port: PortId) {
        self.listeners.remove(&port);
        #[cfg(feature = "portmap")]
        self.mappings.end(port);
    }

    fn dial(&mut self, conn: ConnId, from: From, to: SocketAddr) {
        let port = match from {
            From::Port(id) => self.listeners.get(&id).map(|it| it.1),
            From::Fresh => None,
        };
        if port.is_none() && from != From::Fresh {
            return self.told.push_back(Told::Failed(conn, Failure::Other));
        }
        match dialler(Family::of(to), port) {
            Ok(socket) => {
                let handle = self
                    .dials
                    .spawn(async move { (conn, socket.connect(to).await) });
                self.flying.insert(conn, handle);
            }
            Err(error) => {
                let failure = failure(&error);
                self.told.push_back(Told::Failed(conn, failure));
            }
        }
    }

    /// What is said before a choice fits an empty buffer of the system; where it does not, the
    /// connection is of no use.
    fn send(&mut self, conn: ConnId, bytes: &[u8]) {
        let Some(stream) = self.open.get(&conn) else {
            return;
        };
        if stream.try_write(bytes).ok() != Some(bytes.len()) {
            self.open.remove(&conn);
            self.told.push_back(Told::Closed(conn));
        }
    }

    fn close(&mut self, conn: ConnId) {
        self.open.remove(&conn);
        if let Some(dial) = self.flying.remove(&conn) {
            dial.abort();
        }
    }

    fn wake(&mut self, at: u64) {
        let at = self.began.checked_add(Duration::from_millis(at));
        self.sleep = at.map(|at| Box::pin(sleep_until(at)));
    }

    fn event(&mut self, event: Event) {
        if let Event::Direct { conn, .. } = &event {
            self.direct = self.open.remove(conn).map(|stream| (*conn, stream));
        }
        self.events.push_back(event);
    }
}

/// The engine's wishes, before anything is done: a driver may not hold the engine meanwhile.
fn collect(drain: Drain<'_>) -> Vec<Output> {
    drain.collect()
}
