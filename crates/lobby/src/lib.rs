//! The server engine: seats, matching, tickets, relay quotas.
