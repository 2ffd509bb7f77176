//! Stranger to stranger: handshake, records, acks, greeting gate, text, pictures.
