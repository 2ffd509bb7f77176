//! The client engine for the browser, names only.
