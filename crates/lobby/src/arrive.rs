//! Links come into session and go.

use crate::bounds;
use crate::input::{Account, Closing, Join, LinkKey, Moment, Output, Told};
use crate::lobby::{Link, Lobby};
use crate::over::{grace, over_by};
use crate::seat::Stand;
use crate::ticket::InstanceHash;
use floater_proto::body::{Notice, Reason, Seat};

impl Lobby {
    /// A session was opened on a link: it stands where its ticket says. The ticket must have been
    /// opened for this account and be of this instance.
    pub fn join(&mut self, at: Moment, join: Join) -> Seat {
        let instance = InstanceHash::of(&join.instance);
        self.replace_older(join.account, instance);
        let link = Link {
            account: join.account,
            session: join.session,
            instance,
            username: join.username,
        };
        self.links.insert(join.link, link);
        self.links_of
            .entry(join.account)
            .or_default()
            .push(join.link);
        self.resume(at, join.link, join.ticket, join.tombstone)
    }

    /// A link is gone.
    pub fn handle_closed(&mut self, at: Moment, link: LinkKey, closing: Closing) {
        let Some(account) = self.forget_link(link) else {
            return;
        };
        let Some(seat) = self
            .seats
            .of(account)
            .filter(|seat| seat.link == Some(link))
        else {
            return;
        };
        let stand = seat.stand;
        self.detach(account, link);
        match (stand, closing) {
            (Stand::Waiting | Stand::Proposed { .. }, _) => self.stop_seeking(at, account),
            (Stand::Matched { match_id, role }, Closing::Goodbye) => {
                self.finish(at, match_id, over_by(Reason::Left, role));
            }
            (Stand::Matched { match_id, role }, Closing::Lost) => {
                self.hold(account, at.now.saturating_add(grace()));
                let talk = self.matches.get(&match_id);
                let peer = talk.map(|talk| talk.side(role.other()).account);
                let peer = peer
                    .and_then(|peer| self.seats.of(peer))
                    .and_then(|seat| seat.link);
                self.route(peer, None);
                self.tell_peer(match_id, role, false);
            }
        }
    }

    /// A newer link of the same instance takes over; too many links of one account push out the
    /// oldest that holds no seat.
    fn replace_older(&mut self, account: Account, instance: InstanceHash) {
        let links = self.links_of.get(&account).cloned().unwrap_or_default();
        let same = |link: &LinkKey| {
            self.links
                .get(link)
                .is_some_and(|joined| joined.instance == instance)
        };
        let mut gone: Vec<LinkKey> = links.iter().copied().filter(same).collect();
        if links.len() >= bounds::LINKS_AN_ACCOUNT && gone.is_empty() {
            let seat = self.seats.of(account).and_then(|seat| seat.link);
            gone.extend(links.into_iter().find(|&link| Some(link) != seat));
        }
        for link in gone {
            self.tell(Some(link), Told::Notice(Notice::Replaced));
            self.outputs.push_back(Output::Close { link });
            self.forget_link(link);
            self.detach(account, link);
        }
    }

    /// The seat stays, and nothing more is told to this link.
    fn detach(&mut self, account: Account, link: LinkKey) {
        if let Some(seat) = self
            .seats
            .of_mut(account)
            .filter(|seat| seat.link == Some(link))
        {
            seat.link = None;
        }
    }

    pub(crate) fn forget_link(&mut self, link: LinkKey) -> Option<Account> {
        let account = self.links.remove(&link)?.account;
        if let Some(links) = self.links_of.get_mut(&account) {
            links.retain(|other| *other != link);
            if links.is_empty() {
                self.links_of.remove(&account);
            }
        }
        Some(account)
    }
}
