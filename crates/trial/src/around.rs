use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What is around a server's process that is not as usual. It stays so when it is started again.
#[derive(Debug, Clone, Default)]
pub struct Around {
    words: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    data: Option<[PathBuf; 2]>,
}

impl Around {
    /// A program runs it: these words stand before its own.
    #[must_use]
    pub fn run_by<S: AsRef<OsStr>>(mut self, words: &[S]) -> Self {
        self.words
            .extend(words.iter().map(|it| it.as_ref().to_owned()));
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), value.as_ref().into()));
        self
    }

    /// The data directory, as the server calls it and as tests do.
    #[must_use]
    pub fn with_data(mut self, called: &Path, seen_at: &Path) -> Self {
        self.data = Some([called, seen_at].map(Path::to_path_buf));
        self
    }

    /// Before the program's name.
    pub(crate) fn begin(&self, command: &mut Command) {
        command.args(&self.words);
        let pairs = self.variables.iter();
        command.envs(pairs.map(|(name, value)| (name, value)));
    }

    pub(crate) fn data_as_called(&self, home: &Path) -> PathBuf {
        let [called, _] = self.data.clone().unwrap_or_else(|| usual(home));
        called
    }

    pub(crate) fn data_as_seen(&self, home: &Path) -> PathBuf {
        let [_, seen_at] = self.data.clone().unwrap_or_else(|| usual(home));
        seen_at
    }
}

fn usual(home: &Path) -> [PathBuf; 2] {
    [home.join("data"), home.join("data")]
}
