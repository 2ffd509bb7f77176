//! Whether the network is still the same.

use if_watch::{IpNet, tokio::IfWatcher};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Addresses come and go one by one: a change is whole when none has moved for so long.
const SETTLES: Duration = Duration::from_millis(300);

/// Watches this machine's addresses.
pub(crate) struct Network {
    watcher: IfWatcher,
    /// Those that were there when they had settled last; none before they do for the first time.
    known: Option<BTreeSet<IpNet>>,
    settles: Option<Pin<Box<Sleep>>>,
}

impl Network {
    /// Nothing where the system does not tell.
    pub(crate) fn watch() -> Option<Self> {
        Some(Self {
            watcher: IfWatcher::new().ok()?,
            known: None,
            settles: Some(Box::pin(sleep(SETTLES))),
        })
    }

    /// Whether it is another one than before; an error, if the system tells nothing more.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        while let Poll::Ready(moved) = self.watcher.poll_if_event(context) {
            moved?;
            self.settles = Some(Box::pin(sleep(SETTLES)));
        }
        let Some(settles) = &mut self.settles else {
            return Poll::Pending;
        };
        ready!(settles.as_mut().poll(context));
        self.settles = None;
        let now = self.addresses();
        match self.known.replace(now.clone()) {
            Some(before) if before != now => Poll::Ready(Ok(())),
            _ => Poll::Pending,
        }
    }

    /// Those that lead beyond this machine and its cable.
    fn addresses(&self) -> BTreeSet<IpNet> {
        let leads_out = |it: &&IpNet| match it {
            IpNet::V4(net) => !net.addr().is_loopback() && !net.addr().is_link_local(),
            IpNet::V6(net) => !net.addr().is_loopback() && !net.addr().is_unicast_link_local(),
        };
        self.watcher.iter().filter(leads_out).copied().collect()
    }
}
