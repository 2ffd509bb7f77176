use floater_core::Misuse;
use floater_proto::body::Problem;

/// What a step gives.
pub type Outcome<T> = Result<T, Trouble>;

/// Why a step did not go as it must.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// A program was not built.
    #[error("no {0}: build it with `cargo build --profile ci --workspace --bins`")]
    NotBuilt(String),
    /// The server ended by itself.
    #[error("floaterd ended ({how}); its log:\n{log}")]
    ServerEnded {
        /// Exit status.
        how: String,
        /// The end of the log.
        log: String,
    },
    /// Something did not come in time.
    #[error("{waited_for} did not come; the last events:\n{last}")]
    Late {
        /// What.
        waited_for: String,
        /// What came instead.
        last: String,
    },
    /// The driver's task is gone.
    #[error("the driver is gone")]
    Gone,
    /// A command that does not fit.
    #[error("misuse: {0}")]
    Misuse(#[from] Misuse),
    /// The server refused.
    #[error("refused: {0:?}")]
    Refused(Box<Problem>),
    /// What arrived is not what was sent.
    #[error("{0}")]
    Wrong(String),
    /// The system.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// No random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// No random bytes for an engine.
    #[error(transparent)]
    Start(#[from] floater_client::StartError),
    /// A program that was started said this, and ended.
    #[error("{name} ended ({how}); its last lines:\n{last}")]
    ProgramEnded {
        /// Whose.
        name: String,
        /// Exit status.
        how: String,
        /// What it printed last.
        last: String,
    },
}
