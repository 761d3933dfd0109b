//! ringhost.
