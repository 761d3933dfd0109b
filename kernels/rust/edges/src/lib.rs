//! Reads a graph from text: a kernel that turns one kind of message into another.
//!
//! A line `a b` is an edge between two nodes, `rank n` asks for the `n` highest ranks (0: all),
//! and `#` begins a comment. A message holds one line or several whole ones. With the kernel
//! `pagerank` behind it, a text file becomes a ranking.

#![deny(missing_docs)]

use graph_messages::{DAMPING, Query, TOLERANCE};
use ringhost_sdk::prelude::*;

/// Sends the edges of a message together, and each question where it stands among them.
#[ring_kernel]
pub fn edges(context: &mut Context<Raw, Query>) -> Result<()> {
    context.serve(|message, replies| {
        let mut edges = Vec::new();
        for line in message.split(|&byte| byte == b'\n') {
            match parse(line) {
                Some(Line::Edge(a, b)) => edges.push((a, b)),
                Some(Line::Rank(top)) => {
                    flush(&mut edges, replies);
                    replies.push(Query::Rank {
                        damping: DAMPING,
                        tolerance: TOLERANCE,
                        top,
                    });
                }
                Some(Line::Nothing) => {}
                None => warn!("skipped a line: {}", String::from_utf8_lossy(line)),
            }
        }
        flush(&mut edges, replies);
        Ok(())
    })
}

fn flush(edges: &mut Vec<(u32, u32)>, replies: &mut Replies<Query>) {
    if !edges.is_empty() {
        replies.push(Query::Edges(std::mem::take(edges)));
    }
}

/// What a line says.
#[derive(Debug, PartialEq)]
enum Line {
    Edge(u32, u32),
    Rank(u32),
    Nothing,
}

fn parse(line: &[u8]) -> Option<Line> {
    let text = std::str::from_utf8(line).ok()?;
    let text = text.split('#').next().unwrap_or_default();
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Some(Line::Nothing),
        (Some("rank"), Some(top), None) => Some(Line::Rank(top.parse().ok()?)),
        (Some(a), Some(b), None) => Some(Line::Edge(a.parse().ok()?, b.parse().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    fn rank(top: u32) -> Query {
        Query::Rank {
            damping: DAMPING,
            tolerance: TOLERANCE,
            top,
        }
    }

    #[test]
    fn edges_and_questions_keep_their_order() {
        let run = TestHost::new()
            .send("# a triangle\n1 2\n2\t3 # and on\r\nrank 1\n\n3 1\n".into())
            .send("rank 0".into())
            .run(edges);
        assert_eq!(run.result, Ok(()));
        assert_eq!(
            run.messages(),
            [
                Query::Edges(vec![(1, 2), (2, 3)]),
                rank(1),
                Query::Edges(vec![(3, 1)]),
                rank(0),
            ]
        );
        assert_eq!(run.log, []);
    }

    #[test]
    fn a_malformed_line_is_logged_and_skipped() {
        for line in [
            "1",
            "1 2 3",
            "1 x",
            "-1 2",
            "rank",
            "rank many",
            "4294967296 1",
        ] {
            let run = TestHost::new()
                .send(format!("{line}\n1 2").into())
                .run(edges);
            assert_eq!(run.messages(), [Query::Edges(vec![(1, 2)])]);
            assert_eq!(run.log[0].text, format!("skipped a line: {line}"));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_skipped_line_by_line() {
        let run = TestHost::new().send_bytes(*b"1 \xff\n5 6").run(edges);
        assert_eq!(run.messages(), [Query::Edges(vec![(5, 6)])]);
        assert_eq!(run.log.len(), 1);
    }
}
