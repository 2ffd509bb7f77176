//! Direct paths: chosen, alive, suspect, dropped. FLOATER/1.0 §5.6

use super::{Link, Todo};
use crate::control::Control;
use crate::event::{PathId, PathKind};
use crate::path::{Binding, Due};

impl Link {
    /// Both have proved on a new connection who they are.
    pub(crate) fn handle_proven(&mut self, now: u64, id: PathId, binding: Binding) {
        if self.secured {
            self.paths.prove(now, id, binding);
        }
    }

    /// A's choice among the proven connections.
    pub(crate) fn select(&mut self, id: PathId) {
        if let Some(binding) = self.paths.select(id) {
            self.control_on(id, Control::Select { binding });
        }
    }

    /// A chose this connection. Only A's frames open here, and A's first choice counts.
    pub(super) fn handle_select(&mut self, now: u64, id: PathId, binding: Binding) {
        if self.is_chooser {
            return;
        }
        if self.paths.choose(now, id, &binding) {
            self.control_on(id, Control::Selected { binding });
            self.chosen(now, id);
        }
    }

    /// B agrees. It has no choice of its own.
    pub(super) fn handle_selected(&mut self, now: u64, id: PathId, binding: Binding) {
        let is_asked = self.is_chooser && self.paths.is_selected(id);
        if is_asked && self.paths.choose(now, id, &binding) {
            self.chosen(now, id);
        }
    }

    fn chosen(&mut self, now: u64, id: PathId) {
        // B keeps what lost until A, which knows both halves of the choice, lets go of it.
        let lost = |it: &PathId| *it != id && (self.is_chooser || self.paths.is_joined(*it));
        let lost: Vec<_> = self.paths.directs().filter(lost).collect();
        for path in lost {
            self.paths.down(path);
            self.todo.push_back(Todo::Close(path));
        }
        self.todo.push_back(Todo::Join(id));
        self.join(now);
    }

    /// One's own address is hidden from now on: no direct path stays.
    pub(crate) fn drop_directs(&mut self, now: u64) {
        let directs: Vec<_> = self.paths.directs().collect();
        for path in directs {
            self.lose(now, path);
        }
    }

    /// Drops a path; if it carried, another one goes on from there.
    pub(super) fn lose(&mut self, now: u64, id: PathId) {
        self.todo.push_back(Todo::Close(id));
        self.handle_path_down(now, id);
    }

    /// Something opened that came on this path.
    pub(super) fn beat(&mut self, now: u64, id: PathId) {
        if let Some(path) = self.paths.find(id) {
            path.pulse.beat(now);
        }
    }

    /// Does what is due on the paths.
    pub(super) fn tend(&mut self, now: u64) {
        while let Some((_, due)) = self
            .paths
            .due(self.waits_since)
            .filter(|(at, _)| *at <= now)
        {
            match due {
                Due::Ping(id) => self.ping(now, id),
                Due::Suspect(id) => self.suspect(now, id),
                Due::Drop(id) => self.lose(now, id),
            }
        }
    }

    /// The network has changed: whether a path of the old one still answers is asked at once.
    pub(crate) fn doubt(&mut self, now: u64) {
        let unasked: Vec<_> = self.paths.unasked().collect();
        for path in unasked {
            self.ping(now, path);
        }
    }

    fn ping(&mut self, now: u64, id: PathId) {
        let number = self.paths.ping(now, id);
        self.control_on(id, Control::Ping { number });
    }

    /// The relay goes on until the path answers. The same ciphertext goes there.
    fn suspect(&mut self, now: u64, id: PathId) {
        let carried = self.paths.best().is_some_and(|path| path.id == id);
        if self.paths.suspect(now, id) {
            self.ping(now, id);
        }
        if carried && self.paths.carrier() == Some(PathKind::Relay) {
            self.join(now);
        }
    }
}
