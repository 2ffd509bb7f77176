//! The internet: carries packets between TUN devices, late, unevenly, and not all of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use floater_trial::Stillness;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tun_rs::{AsyncDevice, DeviceBuilder, SyncDevice, VIRTIO_NET_HDR_LEN};

use super::space::Space;

/// Packets under way; more are dropped, as routers do.
const UNDER_WAY_MAX: usize = 65_536;
/// Packets read and not yet taken on.
const READ_MAX: usize = 1_024;
/// A train of packets, and what the system says of it.
const TRAIN_MAX: usize = 65_535 + VIRTIO_NET_HDR_LEN;
/// What waits for longer before a line is dropped, as routers do.
const QUEUE: Duration = Duration::from_millis(20);

/// How packets fare on a line, in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Weather {
    /// Between the line's end and the core.
    pub(super) delay: Duration,
    /// At most so much later, each packet for itself; none overtakes another of its way.
    pub(super) jitter: Duration,
    /// Packets lost, in a thousand.
    pub(super) loss: u32,
    /// Bytes that it takes in a second, each way; any number, where it is not said. Such a line
    /// carries trains of packets at once, as a network card does.
    pub(super) rate: Option<u32>,
}

/// What comes from an address takes so much longer; what goes there does not.
pub(super) type Detour = (IpAddr, Duration);

/// A line into a namespace, where it is the device `wan`.
pub(super) struct Line {
    device: SyncDevice,
    way: Way,
}

struct Way {
    /// What is sent there.
    addresses: Vec<IpAddr>,
    weather: Weather,
    detour: Option<Detour>,
}

impl Line {
    pub(super) fn new(to: &Space, addresses: &[IpAddr], weather: Weather) -> Result<Self> {
        let device = to.within(|| {
            let builder = DeviceBuilder::new().name("wan").enable(false);
            let builder = builder.with(|it| {
                it.offload(weather.rate.is_some());
            });
            builder.build_sync().context("a TUN device")
        })?;
        let addresses = addresses.to_vec();
        let way = Way {
            addresses,
            weather,
            detour: None,
        };
        Ok(Self { device, way })
    }

    pub(super) fn with_detour(mut self, detour: Option<Detour>) -> Self {
        self.way.detour = detour;
        self
    }
}

/// What is seen of a line, and done to it, while it is in use.
#[derive(Default)]
struct Gauge {
    /// Bytes of all packets, both ways, those that are lost too.
    carried: AtomicU64,
    /// Packets lost, in a thousand, where that is more than its weather's.
    storm: AtomicU32,
}

/// Runs on a thread of its own until it is dropped.
pub(super) struct Internet {
    gauges: Arc<[Gauge]>,
    /// Whether it stands still, which makes everybody late who is in the lab.
    pub(super) stillness: Stillness,
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Internet {
    pub(super) fn new(lines: Vec<Line>, seed: u64) -> Self {
        let (stop, stopped) = watch::channel(());
        let gauges: Arc<[Gauge]> = lines.iter().map(|_| Gauge::default()).collect();
        let core = Core::new(gauges.clone(), seed);
        let stillness = Stillness::default();
        let watch = stillness.clone().watch();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.spawn(watch);
            runtime.block_on(carry(core, lines, stopped))
        });
        Self {
            gauges,
            stillness,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Bytes of packets that a line was given so far, both ways.
    pub(super) fn carried(&self, line: usize) -> u64 {
        let gauge = self.gauges.get(line);
        gauge.map_or(0, |it| it.carried.load(Ordering::Relaxed))
    }

    /// From now on a line loses so many packets in a thousand, both ways, or what its weather says.
    pub(super) fn storm(&self, line: usize, loss: u32) {
        if let Some(gauge) = self.gauges.get(line) {
            gauge.storm.store(loss, Ordering::Relaxed);
        }
    }
}

impl Drop for Internet {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Packet {
    from: usize,
    bytes: Vec<u8>,
}

/// Ordered by moment, then by arrival; where it goes, and what it is.
type Due = Reverse<(Instant, u64, usize, Vec<u8>)>;

async fn carry(mut core: Core, lines: Vec<Line>, mut stopped: watch::Receiver<()>) -> Result<()> {
    let (read, mut arrivals) = mpsc::channel(READ_MAX);
    for (from, line) in lines.into_iter().enumerate() {
        let device = Arc::new(AsyncDevice::new(line.device)?);
        tokio::spawn(listen(from, device.clone(), read.clone()));
        core.devices.push(device);
        core.ways.push(line.way);
    }
    loop {
        let next = core.under_way.peek().map(|it| it.0.0);
        tokio::select! {
            _ = stopped.changed() => return Ok(()),
            Some(packet) = arrivals.recv() => core.take(packet),
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                core.deliver().await;
            }
        }
    }
}

async fn listen(from: usize, device: Arc<AsyncDevice>, read: mpsc::Sender<Packet>) {
    let mut buffer = vec![0; TRAIN_MAX];
    while let Ok(length) = device.recv(&mut buffer).await {
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if read.send(Packet { from, bytes }).await.is_err() {
            return;
        }
    }
}

struct Core {
    devices: Vec<Arc<AsyncDevice>>,
    ways: Vec<Way>,
    gauges: Arc<[Gauge]>,
    /// When the last packet from one line arrives at another.
    last: BTreeMap<(usize, usize), Instant>,
    /// When a line will have taken what was sent from it.
    busy: BTreeMap<usize, Instant>,
    under_way: BinaryHeap<Due>,
    order: u64,
    rng: ChaCha8Rng,
}

impl Core {
    fn new(gauges: Arc<[Gauge]>, seed: u64) -> Self {
        Self {
            devices: Vec::new(),
            ways: Vec::new(),
            gauges,
            last: BTreeMap::new(),
            busy: BTreeMap::new(),
            under_way: BinaryHeap::new(),
            order: 0,
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Nobody answers to what leads nowhere.
    fn take(&mut self, packet: Packet) {
        let Packet { from, bytes } = packet;
        let head = match self.ways.get(from).and_then(|it| it.weather.rate) {
            Some(_) => VIRTIO_NET_HDR_LEN,
            None => 0,
        };
        let address = bytes.get(head..).and_then(destination);
        let to =
            address.and_then(|it| self.ways.iter().position(|way| way.addresses.contains(&it)));
        let Some(to) = to.filter(|_| self.under_way.len() < UNDER_WAY_MAX) else {
            return;
        };
        self.count(&[from, to], bytes.len());
        let (Some(up), Some(down)) = (self.pass(from), self.pass(to)) else {
            return;
        };
        let Some(sent) = self.send(from, bytes.len()) else {
            return;
        };
        let late = self.detour(from, to);
        let last = self.last.entry((from, to)).or_insert(sent);
        *last = (sent + up + down + late).max(*last);
        self.order += 1;
        self.under_way.push(Reverse((*last, self.order, to, bytes)));
    }

    /// When so many bytes have left on a line; never, if too much waits there.
    fn send(&mut self, from: usize, length: usize) -> Option<Instant> {
        let now = Instant::now();
        let Some(rate) = self.ways.get(from)?.weather.rate else {
            return Some(now);
        };
        let busy = self.busy.entry(from).or_insert(now);
        let begins = now.max(*busy);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        (begins - now <= QUEUE).then(|| {
            *busy = begins + Duration::from_secs(1) * length / rate.max(1);
            *busy
        })
    }

    fn count(&self, lines: &[usize], length: usize) {
        let length = u64::try_from(length).unwrap_or(0);
        for gauge in lines.iter().filter_map(|it| self.gauges.get(*it)) {
            gauge.carried.fetch_add(length, Ordering::Relaxed);
        }
    }

    /// How long it is on the line, if it gets to the other end.
    fn pass(&mut self, line: usize) -> Option<Duration> {
        let weather = self.ways.get(line)?.weather;
        let storm = self.gauges.get(line)?.storm.load(Ordering::Relaxed);
        let jitter = u64::try_from(weather.jitter.as_micros()).unwrap_or(u64::MAX);
        let late = self.rng.next_u64().checked_rem(jitter).unwrap_or(0);
        let is_lost = self.rng.next_u32() % 1_000 < weather.loss.max(storm);
        (!is_lost).then_some(weather.delay + Duration::from_micros(late))
    }

    fn detour(&self, from: usize, to: usize) -> Duration {
        let detour = self.ways.get(to).and_then(|it| it.detour);
        let (Some(from), Some((of, late))) = (self.ways.get(from), detour) else {
            return Duration::ZERO;
        };
        match from.addresses.contains(&of) {
            true => late,
            false => Duration::ZERO,
        }
    }

    async fn deliver(&mut self) {
        while let Some(Reverse((at, ..))) = self.under_way.peek()
            && *at <= Instant::now()
            && let Some(Reverse((_, _, line, bytes))) = self.under_way.pop()
        {
            // A device that takes nothing loses the packet, as a line does.
            if let Some(device) = self.devices.get(line) {
                let _ = device.send(&bytes).await;
            }
        }
    }
}

fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => Some(IpAddr::from(*packet.get(16..)?.first_chunk::<4>()?)),
        6 => Some(IpAddr::from(*packet.get(24..)?.first_chunk::<16>()?)),
        _ => None,
    }
}
