//! Where the program begins: its data directory, the server of now, and what is kept of it.

use crate::home::{Home, parse};
use crate::platform::{self, Calls, Keyring};
use crate::trouble::Failure;
use floater_client::{Address, Profile};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A server, and what is kept of it between two starts.
pub(crate) type Place = (Address, Arc<Profile>);

/// The server of now can change; the data directory stays.
pub(crate) struct Start {
    home: Option<Home>,
    place: Mutex<Result<Place, Failure>>,
    /// Where somebody was invited to by a link, and has not answered yet.
    invited: Mutex<Option<Address>>,
}

impl Start {
    /// Nothing can begin, and nothing is kept.
    pub(crate) fn without_home(failure: Failure) -> Self {
        Self {
            home: None,
            place: Mutex::new(Err(failure)),
            invited: Mutex::default(),
        }
    }

    /// In a directory, with the server of last time, or the one that is named where there was none:
    /// whoever opens a link is asked before another server takes its place.
    pub(crate) fn of(home: Home, named: Option<&str>) -> Self {
        let (server, invited) = match (named.map(parse), home.server()) {
            (Some(Ok(named)), Ok(last)) if named != last => (Ok(last), Some(named)),
            (Some(named), _) => (named, None),
            (None, last) => (last, None),
        };
        let place = server.and_then(|server| enter(&home, server));
        Self {
            home: Some(home),
            place: Mutex::new(place),
            invited: Mutex::new(invited),
        }
    }

    /// The server of now, or why nothing can begin.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        let place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        place.clone()
    }

    /// The data directory, where there is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.home.as_ref().map(Home::folder)
    }

    /// Where later starts call, for who answers.
    pub(crate) fn take_calls(&self) -> Option<Calls> {
        self.home.as_ref().and_then(Home::take_calls)
    }

    /// The program ends, and answers no later start any more.
    pub(crate) fn hush(&self) {
        if let Some(folder) = self.folder() {
            platform::hush(folder);
        }
    }

    /// Goes to another server, now and at the next start.
    pub(crate) fn choose(&self, server: &str) -> Result<(), Failure> {
        let server = parse(server.trim())?;
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*place, Ok((here, _)) if *here == server) {
            return Ok(());
        }
        let Some(home) = &self.home else {
            return place.clone().map(drop);
        };
        *place = Ok(enter(home, server)?);
        Ok(())
    }

    /// As if another server had not been chosen.
    pub(crate) fn return_to(&self, (server, profile): Place) -> Result<(), Failure> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = &self.home {
            home.remember(&server)?;
        }
        *place = Ok((server, profile));
        Ok(())
    }

    /// A link was opened; whether there is something to ask.
    pub(crate) fn invite(&self, link: &str) -> bool {
        let Ok(server) = parse(link.trim()) else {
            return false;
        };
        if self.place().is_ok_and(|(here, _)| here == server) {
            return false;
        }
        *self.invited() = Some(server);
        true
    }

    /// Where somebody was invited to. It is told once.
    pub(crate) fn take_invitation(&self) -> Option<Address> {
        self.invited().take()
    }

    fn invited(&self) -> std::sync::MutexGuard<'_, Option<Address>> {
        self.invited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn enter(home: &Home, server: Address) -> Result<Place, Failure> {
    let profile = Profile::open(home.folder(), &server)?;
    home.remember(&server)?;
    // The same one wherever the program is started.
    let whole = profile.folder().canonicalize();
    let folder = whole.as_deref().unwrap_or(profile.folder());
    let keyring = Keyring::of(folder.to_string_lossy().into_owned());
    Ok((server, Arc::new(profile.with_safe(keyring))))
}
