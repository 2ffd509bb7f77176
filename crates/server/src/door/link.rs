//! One link, one task.

use super::answer::answer;
use super::desk::LinkAsk;
use super::life::{Life, Pace};
use super::listen::Entry;
use super::open::open;
use super::port::{Out, Port, Room};
use super::request::{Arrived, Request};
use super::transport::{Heard, Transport, code};
use super::write;
use crate::config::Spans;
use crate::{Client, InSession, LobbyAsk, Reply, Server, figures};
use floater_lobby::{Closing, Told};
use floater_proto::body::{Fault, Notice, Problem};
use floater_proto::{DecodeError, Decoder, Resource, Status, field, limits};
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;

/// Requests in a row that are refused as too many before the link is cut.
const REFUSALS_MAX: u32 = 200;
/// The same of relayed messages for which there is no match: when it ends, a whole window of the
/// smallest frames may be under way (FLOATER/1.0 §5.3), which is no offence.
const LATE_MAX: u32 = 1024;

/// What a link is doing.
pub(super) struct Link<T> {
    server: Arc<Server>,
    transport: T,
    decoder: Decoder,
    client: Client,
    port: Arc<Port>,
    outbox: UnboundedReceiver<Out>,
    /// Where relayed frames go.
    route: Option<Arc<Port>>,
    /// A frame for which the partner has no room: nothing is read before it has.
    blocked: Option<(Arc<Port>, Vec<u8>)>,
    /// Requests wait for their turn: their effects are in the order in which they came.
    asked: VecDeque<Box<Request>>,
    busy: Option<JoinHandle<Done>>,
    out: Vec<u8>,
    next_id: u64,
    pace: Pace,
    /// Of relayed messages for which there is no match.
    late: Pace,
    life: Life,
    /// The close code once the link is to be closed.
    closing: Option<u16>,
    _entry: Entry,
}

/// A request that was answered.
struct Done {
    id: Option<u64>,
    result: Result<Reply, Problem>,
    opened: Option<InSession>,
}

/// What woke the link.
enum Woken {
    Out(Option<Out>),
    Done(Done),
    Room(Option<Room>),
    Heard(Heard),
    Time,
    Stop,
}

/// Serves a link until it is gone.
///
/// Its state is on the heap, once: an async function would keep a copy of it for each hand that it
/// goes through, for as long as the link is open.
pub(super) fn serve<T: Transport>(
    server: Arc<Server>,
    transport: T,
    client: Client,
    entry: Entry,
) -> impl Future<Output = ()> + Send {
    let (port, outbox) = Port::new(entry.key());
    let link = Box::new(Link {
        pace: Pace::new(&server.config.links),
        late: Pace::new(&server.config.links),
        life: Life::new(&server.config.links),
        server,
        transport,
        decoder: Decoder::new(limits::MESSAGE_MAX),
        client,
        port,
        outbox,
        route: None,
        blocked: None,
        asked: VecDeque::new(),
        busy: None,
        out: Vec::new(),
        next_id: 1,
        closing: None,
        _entry: entry,
    });
    link.run()
}

impl<T: Transport> Link<T> {
    async fn run(mut self: Box<Self>) {
        // One timer and one waiter for the life of the link: neither is set up anew for a message.
        let mut tick = pin!(tokio::time::sleep_until(self.life.next_look(self.spans())));
        let mut stop = pin!(self.server.stop.clone().cancelled_owned());
        let mut how = None;
        while how.is_none() && !(self.closing.is_some() && self.busy.is_none()) {
            let woken = self.wait(tick.as_mut(), stop.as_mut()).await;
            how = self.handle(woken);
            if self.port.is_overrun() {
                self.closing = Some(code::CUT);
                break;
            }
            if self.flush().await.is_err() {
                how = Some(Closing::Lost);
            }
        }
        Box::pin(self.part(how)).await;
    }

    async fn part(mut self: Box<Self>, how: Option<Closing>) {
        // In this order: who still logs in on this link then sees that it is gone.
        drop(self.outbox);
        let closed = LinkAsk::Closed {
            link: self.port.key,
            closing: how.unwrap_or(Closing::Lost),
        };
        self.server.tell_lobby(LobbyAsk::Link(closed)).await;
        if how.is_none() {
            let code = self.closing.unwrap_or(code::CUT);
            self.transport.close(code).await;
        }
    }

    async fn wait(
        &mut self,
        mut tick: Pin<&mut Sleep>,
        stop: Pin<&mut WaitForCancellationFutureOwned>,
    ) -> Woken {
        let look = self.life.next_look(self.spans());
        if look < tick.deadline() || tick.is_elapsed() {
            tick.as_mut().reset(look);
        }
        let reads = self.blocked.is_none() && self.closing.is_none();
        tokio::select! {
            biased;
            out = self.outbox.next() => Woken::Out(out),
            done = finished(&mut self.busy) => Woken::Done(done),
            room = room(self.blocked.as_ref()) => Woken::Room(room),
            heard = self.transport.read(&mut self.decoder), if reads => Woken::Heard(heard),
            () = tick => Woken::Time,
            () = stop, if self.closing.is_none() => Woken::Stop,
        }
    }

    /// Does what is to be done; says how the link went if it is gone.
    fn handle(&mut self, woken: Woken) -> Option<Closing> {
        match woken {
            Woken::Out(Some(out)) => self.take_out(out),
            Woken::Out(None) => return Some(Closing::Lost),
            Woken::Done(done) => self.finish(done),
            Woken::Room(room) => self.unblock(room),
            Woken::Heard(heard) => return self.hear(heard),
            Woken::Time => return self.look(),
            Woken::Stop => self.stop(),
        }
        None
    }

    fn hear(&mut self, heard: Heard) -> Option<Closing> {
        self.life.heard();
        match heard {
            Heard::Bytes => self.digest(),
            Heard::Life => {}
            Heard::Gone(how) => return Some(how),
            Heard::Foul(code) => self.closing = Some(code),
            Heard::Broken(error) => self.break_off(error),
        }
        None
    }

    /// Takes whole messages out of the decoder until it has none, or the partner has no room.
    fn digest(&mut self) {
        while self.blocked.is_none() && self.closing.is_none() {
            let arrived = match self.decoder.next() {
                Ok(Some(message)) => {
                    if self.client.agent.is_empty() {
                        let agent = message.field(field::USER_AGENT).unwrap_or_default();
                        self.client.agent = agent.chars().take(AGENT_MAX).collect();
                    }
                    Arrived::sort(&message)
                }
                Ok(None) => break,
                Err(error) => return self.break_off(error),
            };
            self.arrive(arrived);
        }
        self.life.set_inside_head(self.decoder.is_inside_head());
    }

    fn arrive(&mut self, arrived: Arrived) {
        match arrived {
            Arrived::Relay { id, bytes } => self.relay(id, bytes),
            Arrived::Ask(request) => self.ask(request),
            Arrived::Wrong { id, problem } => self.reject(id, *problem),
            Arrived::Answer => {}
        }
    }

    /// The way of a chat line: from this decoder into the partner's outbox.
    fn relay(&mut self, id: Option<u64>, bytes: Vec<u8>) {
        let Some(partner) = &self.route else {
            return self.reject_relay(id);
        };
        self.server.doors.count_relayed(bytes.len());
        if let Err(bytes) = partner.relay(bytes) {
            self.blocked = Some((partner.clone(), bytes));
        }
        self.write_answer(id, &Ok(Reply::done()));
    }

    fn reject_relay(&mut self, id: Option<u64>) {
        if self.client.session.is_none() {
            return self.reject(id, Problem::new(Fault::NotLoggedIn, "log in first"));
        }
        if self.late.check().is_err() {
            figures::refused("requests");
            if self.late.count_refusal() > LATE_MAX {
                self.closing = Some(code::CUT);
            }
        }
        let problem = Problem::new(Fault::NoMatch, "nobody is there to relay to");
        self.write_answer(id, &Err(problem));
    }

    /// What no verb takes counts like what one does.
    fn reject(&mut self, id: Option<u64>, problem: Problem) {
        match self.pace.check() {
            Ok(()) => self.write_answer(id, &Err(problem)),
            Err(retry_after) => self.refuse(id, retry_after),
        }
    }

    fn unblock(&mut self, room: Option<Room>) {
        if let (Some((partner, bytes)), Some(room)) = (self.blocked.take(), room) {
            partner.queue(bytes, room);
        }
        self.digest();
    }

    fn ask(&mut self, request: Box<Request>) {
        let open = self
            .asked
            .len()
            .saturating_add(usize::from(self.busy.is_some()));
        if let Err(retry_after) = self.pace.check() {
            return self.refuse(request.id, retry_after);
        }
        if open >= limits::OPEN_REQUESTS_MAX {
            return self.refuse(request.id, 100);
        }
        self.asked.push_back(request);
        self.begin_next();
    }

    fn refuse(&mut self, id: Option<u64>, retry_after: u64) {
        figures::refused("requests");
        if self.pace.count_refusal() > REFUSALS_MAX {
            self.closing = Some(code::CUT);
        }
        let problem = Problem::new(Fault::TooMany, "too many requests; try again later");
        self.write_answer(
            id,
            &Err(Problem {
                retry_after: Some(retry_after),
                ..problem
            }),
        );
    }

    /// A task of its own: what was begun is ended even if the link goes meanwhile.
    fn begin_next(&mut self) {
        if self.busy.is_some() {
            return;
        }
        let Some(request) = self.asked.pop_front() else {
            return;
        };
        let (server, client, port) = (self.server.clone(), self.client.clone(), self.port.clone());
        self.busy = Some(tokio::spawn(async move {
            let id = request.id;
            if request.resource != Resource::Session {
                let result = Box::pin(answer(&server, &client, port.key, &request)).await;
                return Done {
                    id,
                    result,
                    opened: None,
                };
            }
            if client.session.is_some() {
                let told = "somebody is logged in on this link already";
                let result = Err(Problem::new(Fault::LoggedIn, told));
                return Done {
                    id,
                    result,
                    opened: None,
                };
            }
            match open(&server, &client, &port, (&request.body, T::PINGS)).await {
                Ok((session, reply)) => Done {
                    id,
                    result: Ok(reply),
                    opened: Some(session),
                },
                Err(problem) => Done {
                    id,
                    result: Err(problem),
                    opened: None,
                },
            }
        }));
    }

    fn finish(&mut self, done: Done) {
        self.busy = None;
        if let Some(session) = done.opened {
            self.client.session = Some(session);
            self.life.logged_in();
        }
        self.write_answer(done.id, &done.result);
        if self.closing.is_none() {
            self.begin_next();
        }
    }

    /// Takes what is in the outbox, as much as makes one good write.
    fn take_out(&mut self, first: Out) {
        let mut next = Some(first);
        while let Some(out) = next {
            match out {
                Out::Relay(relayed) if self.port.is_of_now(&relayed) => {
                    self.out.extend_from_slice(&relayed.bytes);
                }
                Out::Relay(_) => {}
                Out::Tell(told) => self.tell(&told),
                Out::Route(route) => {
                    self.blocked = None;
                    self.route = route;
                    self.digest();
                }
                Out::Close => {
                    self.closing = self.closing.or(Some(code::REPLACED));
                    return;
                }
            }
            let full = self.out.len() >= limits::WEBSOCKET_WRITE_MAX;
            next = if full {
                None
            } else {
                self.outbox.try_recv().ok()
            };
        }
    }

    fn tell(&mut self, told: &Told) {
        write::told(&mut self.out, self.next_id, told);
        self.next_id = self.next_id.saturating_add(1);
        if let Told::Notice(Notice::SessionEnded { .. }) = told {
            self.closing = Some(code::SESSION_ENDED);
        }
    }

    fn write_answer(&mut self, id: Option<u64>, result: &Result<Reply, Problem>) {
        if id.is_some() {
            write::answer(&mut self.out, self.server.clock.seconds(), id, result);
        }
    }

    /// Framing is lost: one last answer without an id. FLOATER/1.0 §1.4
    fn break_off(&mut self, error: DecodeError) {
        let too_large = matches!(error, DecodeError::MessageTooLong { .. });
        let fault = if too_large {
            Fault::TooLarge
        } else {
            Fault::Malformed
        };
        self.last_word(
            error.status(),
            &Problem::new(fault, error.to_string()),
            code::FRAMING,
        );
    }

    fn last_word(&mut self, status: Status, problem: &Problem, code: u16) {
        write::framing(&mut self.out, self.server.clock.seconds(), status, problem);
        self.closing = Some(code);
        self.life.set_inside_head(false);
    }

    /// Time passed: is the other side alive, does its head come to an end, is somebody there?
    fn look(&mut self) -> Option<Closing> {
        let answering = self.busy.is_some() || !self.out.is_empty();
        if self.closing.is_none() && self.life.is_head_late(self.spans()) {
            let problem = Problem::new(Fault::Slow, "a head must end within 10 seconds");
            self.last_word(Status::TIMEOUT, &problem, code::CUT);
        } else if self.closing.is_none() && self.life.take_log_in_late(answering) {
            self.closing = Some(code::CUT);
        }
        self.life.is_dead(self.spans()).then_some(Closing::Lost)
    }

    fn spans(&self) -> &Spans {
        &self.server.config.links.spans
    }

    fn stop(&mut self) {
        if self.client.session.is_some() {
            let spread = self.server.config.links.shutdown_spread;
            self.tell(&Told::Notice(Notice::Shutdown { spread }));
        }
        self.closing = Some(code::STOPPING);
    }

    /// Writes what is to be written, and a ping when it is time. A side that does not take it is
    /// as dead as one that is silent.
    async fn flush(&mut self) -> std::io::Result<()> {
        let spans = *self.spans();
        let ping = self.life.take_ping(&spans) && T::PINGS;
        if self.out.is_empty() && !ping {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.out);
        let writing = async {
            if !bytes.is_empty() {
                self.transport.write(bytes).await?;
            }
            if ping {
                self.transport.ping().await?;
            }
            Ok(())
        };
        // Boxed: an idle link keeps no room for what it does seldom.
        Box::pin(tokio::time::timeout(spans.dead_after, writing)).await?
    }
}

/// Characters of a `User-Agent` that are kept.
const AGENT_MAX: usize = 200;

async fn finished(busy: &mut Option<JoinHandle<Done>>) -> Done {
    match busy {
        Some(task) => task.await.unwrap_or_else(|_| Done {
            id: None,
            result: Err(Problem::new(Fault::Internal, "the server failed")),
            opened: None,
        }),
        None => std::future::pending().await,
    }
}

async fn room(blocked: Option<&(Arc<Port>, Vec<u8>)>) -> Option<Room> {
    match blocked {
        // Boxed for the same reason.
        Some((partner, bytes)) => Box::pin(partner.room_for(bytes)).await,
        None => std::future::pending().await,
    }
}
