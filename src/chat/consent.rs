//! Hosts that text may go to.
