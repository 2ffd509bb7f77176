//! libp2p in the NAT lab: a relay, somebody who waits behind it, and somebody who calls. The two
//! begin on the relay and punch a hole by DCUtR, as its specification has it.
//!
//! A line tells what came: `ready`, `direct` or `failed` with the milliseconds since the connection
//! through the relay was there.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, dcutr, identify, noise, relay, tcp, yamux};

const PORT: u16 = 4001;
/// Everybody's first words about themselves.
const PROTOCOL: &str = "/floater-lab/1";
/// A connection that carries nothing is kept for longer than any run.
const IDLE: Duration = Duration::from_secs(300);

#[derive(Parser)]
struct Options {
    /// Where the relay is.
    relay: Ipv4Addr,
    #[command(subcommand)]
    role: Role,
}

#[derive(Clone, Copy, Subcommand)]
enum Role {
    Relay,
    Wait,
    Call,
}

impl Role {
    /// Known to all: whom one calls is told by nobody.
    fn key(self) -> Result<Keypair> {
        let seed = match self {
            Self::Relay => 1,
            Self::Wait => 2,
            Self::Call => 3,
        };
        Ok(Keypair::ed25519_from_bytes([seed; 32])?)
    }

    fn name(self) -> Result<PeerId> {
        Ok(self.key()?.public().to_peer_id())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let options = Options::parse();
    let relay = Multiaddr::from(options.relay).with(Protocol::Tcp(PORT));
    match options.role {
        Role::Relay => serve(relay).await,
        role => punch(role, relay.with(Protocol::P2p(Role::Relay.name()?))).await,
    }
}

#[derive(NetworkBehaviour)]
struct Relaying {
    relay: relay::Behaviour,
    identify: identify::Behaviour,
}

async fn serve(at: Multiaddr) -> Result<()> {
    // The same two come again and again.
    let config = relay::Config {
        reservation_rate_limiters: Vec::new(),
        circuit_src_rate_limiters: Vec::new(),
        ..relay::Config::default()
    };
    let mut swarm = SwarmBuilder::with_existing_identity(Role::Relay.key()?)
        .with_tokio()
        .with_tcp(
            tcp::Config::new(),
            noise::Config::new,
            yamux::Config::default,
        )?
        .with_behaviour(|key| Relaying {
            relay: relay::Behaviour::new(key.public().to_peer_id(), config),
            identify: introduced(key),
        })?
        .with_swarm_config(|it| it.with_idle_connection_timeout(IDLE))
        .build();
    swarm.listen_on(at.clone())?;
    swarm.add_external_address(at);
    loop {
        if let SwarmEvent::NewListenAddr { .. } = swarm.select_next_some().await {
            println!("ready");
        }
    }
}

#[derive(NetworkBehaviour)]
struct Punching {
    relay: relay::client::Behaviour,
    identify: identify::Behaviour,
    dcutr: dcutr::Behaviour,
}

fn introduced(key: &Keypair) -> identify::Behaviour {
    identify::Behaviour::new(identify::Config::new(PROTOCOL.into(), key.public()))
}

async fn punch(role: Role, relay: Multiaddr) -> Result<()> {
    let mut swarm = SwarmBuilder::with_existing_identity(role.key()?)
        .with_tokio()
        .with_tcp(
            tcp::Config::new(),
            noise::Config::new,
            yamux::Config::default,
        )?
        .with_relay_client(noise::Config::new, yamux::Config::default)?
        .with_behaviour(|key, relay| Punching {
            relay,
            identify: introduced(key),
            dcutr: dcutr::Behaviour::new(key.public().to_peer_id()),
        })?
        .with_swarm_config(|it| it.with_idle_connection_timeout(IDLE))
        .build();
    swarm.listen_on(Multiaddr::from(Ipv4Addr::UNSPECIFIED).with(Protocol::Tcp(0)))?;
    learn(&mut swarm, &relay).await?;
    let circuit = relay.with(Protocol::P2pCircuit);
    if let Role::Call = role {
        let other = Role::Wait.name()?;
        swarm.dial(circuit.with(Protocol::P2p(other)))?;
        return tell(&mut swarm, other).await;
    }
    swarm.listen_on(circuit)?;
    tell(&mut swarm, Role::Call.name()?).await
}

/// Asks the relay for one's own address, from the port that listens.
async fn learn(swarm: &mut Swarm<Punching>, relay: &Multiaddr) -> Result<()> {
    while !matches!(
        swarm.select_next_some().await,
        SwarmEvent::NewListenAddr { address, .. } if !is_loopback(&address)
    ) {}
    swarm.dial(relay.clone())?;
    let (mut told, mut heard) = (false, false);
    while !(told && heard) {
        match swarm.select_next_some().await {
            SwarmEvent::Behaviour(PunchingEvent::Identify(identify::Event::Sent { .. })) => {
                told = true;
            }
            SwarmEvent::Behaviour(PunchingEvent::Identify(identify::Event::Received {
                ..
            })) => heard = true,
            SwarmEvent::OutgoingConnectionError { error, .. } => bail!("no relay: {error}"),
            _ => {}
        }
    }
    Ok(())
}

fn is_loopback(address: &Multiaddr) -> bool {
    let first = address.iter().next();
    matches!(first, Some(Protocol::Ip4(ip)) if ip.is_loopback())
}

async fn tell(swarm: &mut Swarm<Punching>, other: PeerId) -> Result<()> {
    let mut relayed = Instant::now();
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::Behaviour(PunchingEvent::Relay(
                relay::client::Event::ReservationReqAccepted { renewal: false, .. },
            )) => println!("ready"),
            SwarmEvent::ConnectionEstablished {
                peer_id, endpoint, ..
            } if peer_id == other => match endpoint.is_relayed() {
                true => relayed = Instant::now(),
                // Whoever dialled: some of them are accepted, and no event of DCUtR.
                false => println!("direct {}", relayed.elapsed().as_millis()),
            },
            SwarmEvent::Behaviour(PunchingEvent::Dcutr(dcutr::Event {
                result: Err(error),
                ..
            })) => println!("failed {} {error}", relayed.elapsed().as_millis()),
            _ => {}
        }
    }
}
