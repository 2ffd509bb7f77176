//! Accounts, sessions, and where a link finds its seat.

use super::*;

impl Server {
    pub(super) fn register(&mut self, body: &[u8]) -> Reply {
        let register: Register = from_json(body)?;
        self.accounts.push(Account {
            email: register.email.as_str().to_owned(),
            username: register.username.as_str().to_owned(),
            password: register.password.expose().clone(),
            active: false,
        });
        Ok((
            Status::ACCEPTED,
            to_json(&Mailed {
                secret: Secret::from("browser"),
            }),
        ))
    }

    pub(super) fn activate(&mut self, body: &[u8]) -> Reply {
        let Activate {
            proof: MailProof::Code { email, code },
        } = from_json(body)?
        else {
            return Err(Problem::new(Fault::TypeCode, "type the code"));
        };
        if code.expose() != "ABCD2345" {
            return Err(Problem::new(Fault::CodeWrong, "wrong"));
        }
        let mut known = self
            .accounts
            .iter_mut()
            .filter(|a| a.email == email.as_str());
        known
            .next()
            .ok_or(Problem::new(Fault::CodeWrong, "wrong"))?
            .active = true;
        ok()
    }

    pub(super) fn session(&mut self, now: u64, link: u32, body: &[u8]) -> Reply {
        let open: OpenSession = from_json(body)?;
        let cookie = self.links[&link].cookie.clone();
        if self.links[&link].account.is_some() {
            return Err(Problem::new(Fault::LoggedIn, "somebody is"));
        }
        let (account, new) = match (&open.login, &open.token) {
            (Some(login), _) => (self.login(login)?, true),
            (None, Some(token)) => (self.known_session(Some(token.expose()))?, false),
            (None, None) => (self.known_session(cookie.as_ref())?, false),
        };
        let seat = self.seat_at_open(now, (link, account), &open)?;
        let l = self.links.get_mut(&link).unwrap();
        (l.account, l.instance) = (Some(account), Some(open.instance));
        let (mut token, mut cookie_code) = (None, None);
        if new {
            let session = self.draw_text("session");
            self.sessions.insert(session.clone(), account);
            match open.keep {
                Keep::Token => token = Some(Secret::new(session)),
                Keep::Cookie => {
                    let code = self.draw_text("code");
                    self.codes.insert(code.clone(), session);
                    cookie_code = Some(Secret::new(code));
                }
            }
        }
        let username = self.accounts[account].username.clone().try_into().unwrap();
        let opened = SessionOpened {
            session: self.draw_id(),
            username,
            token,
            cookie_code,
            seat,
            reflectors: self.reflectors(),
        };
        Ok((Status::OK, to_json(&opened)))
    }

    pub(super) fn login(&self, login: &LogIn) -> Result<usize, Problem> {
        let known = self.accounts.iter().position(|account| {
            account.email == login.email.as_str() && account.password == *login.password.expose()
        });
        let account = known.ok_or(Problem::new(Fault::WrongCredentials, "no"))?;
        let active = self.accounts[account].active;
        active
            .then_some(account)
            .ok_or(Problem::new(Fault::NotActivated, "activate first"))
    }

    pub(super) fn known_session(&self, token: Option<&String>) -> Result<usize, Problem> {
        let known = token.and_then(|token| self.sessions.get(token)).copied();
        known.ok_or(Problem::new(Fault::NotLoggedIn, "log in"))
    }

    pub(super) fn ticket(
        &self,
        account: usize,
        ticket: &Secret<String>,
    ) -> Result<(Id, Role), Problem> {
        let known = self.tickets.get(ticket.expose());
        let (id, role, of) = *known.ok_or(Problem::new(Fault::TicketExpired, "unreadable"))?;
        if of == account {
            Ok((id, role))
        } else {
            Err(Problem::new(Fault::TicketForeign, "no"))
        }
    }

    pub(super) fn seal(&mut self, id: Id, role: Role, account: usize) -> Secret<String> {
        let ticket = self.draw_text("ticket");
        self.tickets.insert(ticket.clone(), (id, role, account));
        Secret::new(ticket)
    }

    /// The match of a ticket, and the key that verifies what a role said in it.
    pub(crate) fn key_of(&self, ticket: &Secret<String>, by: Role) -> (Id, Binary<32>) {
        let (id, _, _) = self.tickets[ticket.expose()];
        (id, self.keys[&(id, char::from(by.byte()))])
    }

    pub(super) fn match_of(&self, account: usize) -> Option<(Id, usize)> {
        self.matches.iter().find_map(|(id, m)| {
            let at = m
                .sides
                .iter()
                .position(|s| s.as_ref().is_some_and(|s| s.account == account));
            at.map(|at| (*id, at))
        })
    }

    pub(super) fn seat_at_open(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        open: &OpenSession,
    ) -> Result<Seat, Problem> {
        let brought = open
            .ticket
            .as_ref()
            .map(|t| self.ticket(account, t))
            .transpose()?;
        if let Some((id, role)) = brought {
            if let Some(over) = self.tombs.get(&id) {
                return Ok(Seat::Over(*over));
            }
            return Ok(self.resume(now, (link, account), (id, role), open.instance));
        }
        if let Some((id, at)) = self.match_of(account) {
            let side = self.matches[&id].sides[at].as_ref().unwrap();
            if side.instance != Some(open.instance) {
                return Ok(Seat::Elsewhere);
            }
            // The seat's own instance says "none".
            self.end(id, Reason::Left, None);
        }
        let waits = self.waiting.get(&account).copied();
        match waits.and_then(|other| self.links.get(&other)) {
            Some(other) if other.instance != Some(open.instance) => Ok(Seat::Elsewhere),
            Some(_) => {
                self.waiting.insert(account, link);
                Ok(Seat::Waiting)
            }
            None => Ok(Seat::Free),
        }
    }

    pub(super) fn resume(
        &mut self,
        now: u64,
        (link, account): (u32, usize),
        (id, role): (Id, Role),
        instance: Id,
    ) -> Seat {
        let fresh = || Match {
            sides: [None, None],
            begun: true,
            asked_at: now,
        };
        let the_match = self.matches.entry(id).or_insert_with(fresh);
        let side = &mut the_match.sides[index(role)];
        let old = side
            .as_ref()
            .and_then(|side| side.link)
            .filter(|old| *old != link);
        let (instance, link_now) = (Some(instance), Some(link));
        let keys = side.take().and_then(|side| side.keys);
        *side = Some(Side {
            account,
            instance,
            keys,
            link: link_now,
            away_since: None,
        });
        let other = the_match.sides[index(role.other())].as_ref();
        let seat = match other {
            None => Seat::Awaiting,
            Some(other) => {
                let peer_here = other.link.is_some();
                Seat::Talking {
                    peer_here,
                    ticket: Some(self.seal(id, role, account)),
                }
            }
        };
        if let Some(old) = old {
            self.push(old, Resource::Notice, &to_json(&Notice::Replaced), false);
            self.links.remove(&old);
            self.closed.push(old);
        }
        seat
    }

    /// What is told after the answer went out.
    pub(super) fn told_after(&mut self, _now: u64, link: u32, resource: Resource) {
        let account = self.links.get(&link).and_then(|l| l.account);
        if let (Resource::Session, Some((id, _))) =
            (resource, account.and_then(|a| self.match_of(a)))
        {
            self.tell_here(id, link, true);
        }
    }

    pub(super) fn session_end(&mut self, link: u32, account: usize) -> Reply {
        self.sessions.retain(|_, of| *of != account);
        if let Some((id, at)) = self.match_of(account) {
            self.end(
                id,
                Reason::Left,
                Some(if at == 0 { Role::A } else { Role::B }),
            );
        }
        self.waiting.remove(&account);
        self.links.get_mut(&link).unwrap().account = None;
        let notice = Notice::SessionEnded {
            why: SessionEnd::LoggedOut,
        };
        self.push(link, Resource::Notice, &to_json(&notice), false);
        ok()
    }

    pub(super) fn seat(&self, link: u32, account: usize) -> Seat {
        if let Some((id, at)) = self
            .match_of(account)
            .filter(|(id, _)| self.matches[id].begun)
        {
            let sides = &self.matches[&id].sides;
            if sides[at].as_ref().unwrap().link != Some(link) {
                return Seat::Elsewhere;
            }
            return match &sides[1 - at] {
                None => Seat::Awaiting,
                Some(other) => Seat::Talking {
                    peer_here: other.link.is_some(),
                    ticket: None,
                },
            };
        }
        match self.waiting.get(&account) {
            Some(waits) if *waits == link => Seat::Waiting,
            Some(_) => Seat::Elsewhere,
            None if self.match_of(account).is_some() => Seat::Waiting,
            None => Seat::Free,
        }
    }

    pub(super) fn status(&self, link: u32, account: usize) -> Reply {
        let here = Here::range_of(self.links.len());
        Ok((
            Status::OK,
            to_json(&StatusNow {
                here,
                seat: self.seat(link, account),
            }),
        ))
    }
}
