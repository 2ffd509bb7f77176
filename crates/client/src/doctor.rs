//! What one's network is like, as far as a server with reflectors can tell. It needs no account.

use crate::direct::{driver, endpoints};
use crate::proto::body::{Problem, Reflectors, from_json};
use crate::proto::{Method, Resource, Start, Status, decode, encode, field, limits};
use crate::{Class, Dial, DialError, Dialled, Filtering, Ports, Stream, Untested};
use floater_punch::reflect::{About, Ask, ReflectKey};
use floater_punch::{Driver, Event, Report, Scope, test_filtering};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// The server answers within this.
const ASK_WITHIN: Duration = Duration::from_secs(10);
/// Reflectors and the router answer within this.
const LOOK_WITHIN: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// On what a mapping depends, in IPv4.
    pub class: Class,
    /// Which ports the NAT takes.
    pub ports: Ports,
    /// Which connections from outside come in, in IPv4: what a server that dials has shown.
    pub filtering: Result<Filtering, Untested>,
    /// A router has mapped a port, by PCP, NAT-PMP or UPnP.
    pub mapped: bool,
    /// A reflector sees a global IPv6 address. Nothing: no reflector has an IPv6 address.
    pub ipv6: Option<bool>,
    /// Round trip to the reflectors, in milliseconds.
    pub rtt: u64,
}

/// With whom one will be connected directly, as far as IPv4 goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// With everybody who allows it.
    Everybody,
    /// With all but those whose NAT takes random ports.
    Predictable,
    /// With those whose NAT maps a port alike for everybody, or who have none.
    Stable,
    /// It cannot be told.
    Unknown,
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// The server was not reached.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The server does not help with direct paths.
    #[error("the server has no reflectors")]
    NoReflectors,
    /// It was asked too often from here.
    #[error("the server was asked too often from here")]
    TooOften,
    /// It answered something else, or broke off.
    #[error("the server does not answer as it should")]
    Foreign,
    /// It answered too late.
    #[error("the server does not answer")]
    Late,
    /// No reflector answered, or not even a port could be opened.
    #[error("no reflector answers")]
    Unseen,
}

impl From<io::Error> for ExamineError {
    fn from(_: io::Error) -> Self {
        Self::Foreign
    }
}

impl From<Problem> for ExamineError {
    fn from(_: Problem) -> Self {
        Self::Foreign
    }
}

impl Network {
    /// With whom one will be connected directly.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        match (self.class, self.ports) {
            _ if self.mapped => Reach::Everybody,
            (Class::Open | Class::Independent | Class::IndependentOrAddress, _) => Reach::Everybody,
            (Class::Address | Class::AddressAndPort | Class::Dependent, ports) => match ports {
                Ports::Sequential { .. } => Reach::Predictable,
                _ => Reach::Stable,
            },
            _ => Reach::Unknown,
        }
    }
}

/// Asks a server, its reflectors and the router. It takes some seconds, and has an end.
///
/// # Errors
/// [`ExamineError`].
pub async fn examine(door: &impl Dial, agent: &str) -> Result<Network, ExamineError> {
    let asked = timeout(ASK_WITHIN, async {
        let Dialled { mut stream, server } = door.dial().await?;
        let reflectors = ask(&mut *stream, agent).await?;
        Ok::<_, ExamineError>((server, reflectors))
    });
    let (server, reflectors) = asked.await.map_err(|_| ExamineError::Late)??;
    let (report, filtering) =
        tokio::join!(look(server, &reflectors), filtering(server, &reflectors));
    let report = report.ok_or(ExamineError::Unseen)?;
    Ok(network(server, &reflectors, &report, filtering))
}

async fn ask(stream: &mut dyn Stream, agent: &str) -> Result<Reflectors, ExamineError> {
    let mut question = Vec::new();
    let head = encode::request(&mut question, Method::Get, Resource::Reflectors);
    let head = head.request_id(1).field(field::USER_AGENT, agent);
    head.finish(&[]).map_err(|_| ExamineError::Foreign)?;
    stream.write_all(&question).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    loop {
        while let Some((message, length)) =
            decode(&bytes, limits::MESSAGE_MAX).map_err(|_| ExamineError::Foreign)?
        {
            match message.start {
                Start::Response { status } if status.is_success() => {
                    return Ok(from_json(message.body)?);
                }
                Start::Response { status } if status == Status::TOO_MANY => {
                    return Err(ExamineError::TooOften);
                }
                Start::Response { .. } => return Err(ExamineError::NoReflectors),
                // Whatever the server asks meanwhile is not for who stays a moment only.
                Start::Request { .. } => {}
            }
            bytes.drain(..length);
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(ExamineError::Foreign);
        }
    }
}

/// The last report: a router that maps a port, or none that does, is known after the reflectors.
async fn look(server: Option<IpAddr>, reflectors: &Reflectors) -> Option<Report> {
    let mut driver = driver(server, reflectors)?;
    driver.prepare();
    // What was found until then is told.
    let _ = timeout(LOOK_WITHIN, seen(&mut driver)).await;
    let last = driver.report();
    driver.stop();
    last
}

async fn seen(driver: &mut Driver) {
    loop {
        match driver.next().await {
            Event::Unseen => return,
            _ if driver.report().is_none() => {}
            _ if !driver.is_mapping() => return,
            // Where there is no NAT nothing is to be mapped.
            Event::Report(report) if report.mapping.class == Class::Open => return,
            _ => {}
        }
    }
}

/// The first reflector of IPv4 is asked to dial, from a port that speaks to no other one.
async fn filtering(server: Option<IpAddr>, reflectors: &Reflectors) -> Result<Filtering, Untested> {
    let mut all = endpoints(server, reflectors).into_iter();
    let reflector = all.find(SocketAddr::is_ipv4).ok_or(Untested::Unreached)?;
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|_| Untested::Unreached)?;
    let ask = Ask {
        about: About::Filtering,
        id: reflectors.id.0,
        nonce,
    };
    let key = ReflectKey(reflectors.key.expose().0);
    test_filtering(reflector, ask, &key).await
}

fn is_mapped(report: &Report) -> bool {
    report.ports.iter().any(|port| port.mapped.is_some())
}

fn network(
    server: Option<IpAddr>,
    reflectors: &Reflectors,
    report: &Report,
    filtering: Result<Filtering, Untested>,
) -> Network {
    let more = reflectors.more.iter().map(|it| it.ip());
    let asked: BTreeSet<IpAddr> = server.into_iter().chain(more).collect();
    let is_global = |ip: IpAddr| ip.is_ipv6() && Scope::of(ip) == Scope::Global;
    let observed = report.ports.iter().map(|port| port.observed.ip());
    let has_v6 = asked.iter().any(IpAddr::is_ipv6);
    Network {
        class: report.mapping.class,
        ports: report.mapping.ports,
        filtering,
        mapped: is_mapped(report) && report.mapping.class != Class::Open,
        ipv6: has_v6.then(|| observed.into_iter().any(is_global)),
        rtt: report.rtt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_reached_depends_on_the_mapping_and_its_ports() {
        let network = |class, ports, mapped| Network {
            class,
            ports,
            filtering: Err(Untested::Unknown),
            mapped,
            ipv6: None,
            rtt: 1,
        };
        let sequential = Ports::Sequential { step: 1, last: 7 };
        let table = [
            (Class::Open, Ports::Preserved, false, Reach::Everybody),
            (
                Class::Independent,
                Ports::Scattered,
                false,
                Reach::Everybody,
            ),
            (
                Class::IndependentOrAddress,
                Ports::Scattered,
                false,
                Reach::Everybody,
            ),
            (Class::AddressAndPort, sequential, false, Reach::Predictable),
            (
                Class::AddressAndPort,
                Ports::Scattered,
                false,
                Reach::Stable,
            ),
            (
                Class::AddressAndPort,
                Ports::Scattered,
                true,
                Reach::Everybody,
            ),
            (Class::Dependent, Ports::Scattered, false, Reach::Stable),
            (Class::Unknown, Ports::Scattered, false, Reach::Unknown),
        ];
        for (class, ports, mapped, reach) in table {
            assert_eq!(
                network(class, ports, mapped).reach(),
                reach,
                "{class:?} {ports:?}"
            );
        }
    }
}
