//! What must hold for what an engine wants of a driver that finds direct paths.

use floater_core::{DirectId, DirectOutput};
use floater_proto::body::{
    Filtering, Mapping, PathOffer, PathReport, PortPattern, Reflectors, to_json,
};
use floater_proto::{Binary, Id, Secret};
use std::collections::BTreeMap;

/// Connections to the other one, as the driver knows them.
#[derive(Default)]
pub(crate) struct Pipes {
    drawn: u32,
    /// Those that are open, and whether both agreed on them.
    open: BTreeMap<DirectId, bool>,
    prepares: bool,
    is_reported: bool,
    last_offer: u32,
}

impl Pipes {
    /// Another connection on which both have proved themselves.
    pub(crate) fn draw(&mut self) -> DirectId {
        self.drawn += 1;
        let id = DirectId(self.drawn);
        self.open.insert(id, false);
        id
    }

    /// One of those that were drawn, or none of them.
    pub(crate) fn pick(&self, byte: u8) -> DirectId {
        let back = u32::from(byte % 8);
        DirectId(self.drawn.saturating_sub(back))
    }

    pub(crate) fn closed(&mut self, id: DirectId) {
        self.open.remove(&id);
    }

    pub(crate) fn reported(&mut self) {
        self.is_reported = true;
    }

    /// Panics if the engine wants what makes no sense.
    pub(crate) fn act(&mut self, output: &DirectOutput) {
        match output {
            DirectOutput::Prepare(_) => self.prepares = true,
            DirectOutput::Rest => {
                assert!(self.prepares, "it rests once");
                (self.prepares, self.is_reported, self.last_offer) = (false, false, 0);
                self.open.retain(|_, elected| *elected);
            }
            DirectOutput::Offer(offer) => {
                assert!(self.is_reported, "a report is good for one offer");
                assert!(offer.number > self.last_offer, "numbers grow");
                (self.is_reported, self.last_offer) = (false, offer.number);
            }
            DirectOutput::Send(id, _) => assert!(self.open.contains_key(id), "to an open one"),
            DirectOutput::Elected(id) => {
                let elected = self.open.get_mut(id).expect("an open one is chosen");
                assert!(!std::mem::replace(elected, true), "once");
            }
            DirectOutput::Close(id) => {
                assert!(self.open.remove(id).is_some(), "it was open");
            }
        }
    }
}

pub(crate) fn report() -> PathReport {
    PathReport {
        ports: Vec::new(),
        mapping: Mapping::Unknown,
        pattern: PortPattern::Scattered,
        filtering: Filtering::Unknown,
        rtt: 40,
    }
}

pub(crate) fn offer(id: Id, number: u8) -> Vec<u8> {
    to_json(&PathOffer {
        r#match: id,
        number: u32::from(number),
        delay: 5,
        peer: report(),
    })
}

pub(crate) fn reflectors(id: u8) -> Option<Reflectors> {
    (!id.is_multiple_of(4)).then(|| Reflectors {
        ports: vec![7001],
        more: Vec::new(),
        id: Binary([id % 2; 16]),
        key: Secret::new(Binary([2; 32])),
    })
}
