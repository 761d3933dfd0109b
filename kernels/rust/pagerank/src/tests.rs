//! The expected scores are those of networkx 3.6.1 with a tolerance of 1e-15.

use super::*;
use graph_messages::{DAMPING, TOLERANCE};
use ringhost_sdk::testing::TestHost;

fn rank_with(damping: f64, tolerance: f64, top: u32) -> Query {
    Query::Rank {
        damping,
        tolerance,
        top,
    }
}

fn rank() -> Query {
    rank_with(DAMPING, TOLERANCE, 0)
}

fn answers(queries: impl IntoIterator<Item = Query>) -> Vec<Answer> {
    let run = TestHost::new().send_each(queries).run(pagerank);
    assert_eq!(run.result, Ok(()));
    run.messages()
}

/// The ranks of the only answer.
fn ranks(queries: impl IntoIterator<Item = Query>) -> Ranks {
    match answers(queries).as_slice() {
        [Answer::Ranks(ranks)] => ranks.clone(),
        other => panic!("{other:?} is not one list of ranks"),
    }
}

fn assert_scores(found: &[(u32, f64)], expected: &[(u32, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert!(
            (found.1 - expected.1).abs() < 1e-9,
            "{found:?} is not {expected:?}"
        );
    }
}

fn paper() -> Query {
    let arcs = [
        (1, 2),
        (1, 3),
        (3, 1),
        (3, 2),
        (3, 5),
        (4, 5),
        (4, 6),
        (5, 4),
        (5, 6),
        (6, 4),
    ];
    Query::Arcs(arcs.to_vec())
}

const PAPER: [(u32, f64); 6] = [
    (4, 0.3487036852148151),
    (6, 0.268596081854655),
    (5, 0.1999038119733179),
    (2, 0.07367926270375644),
    (3, 0.057412412496433474),
    (1, 0.05170474575702192),
];

#[test]
fn a_node_without_links_leads_anywhere() {
    let ranks = ranks([paper(), rank()]);
    assert_scores(&ranks.scores, &PAPER);
    assert!(ranks.converged);
    assert_eq!(ranks.remaining, 0);
    assert!(ranks.rounds > 10, "{} rounds", ranks.rounds);
}

#[test]
fn damping_and_tolerance_are_those_that_were_asked_for() {
    let half = ranks([paper(), rank_with(0.5, TOLERANCE, 0)]);
    assert_scores(&half.scores[..1], &[(4, 0.23900414937759282)]);
    let none = ranks([paper(), rank_with(0.0, TOLERANCE, 0)]);
    let sixth = 1.0 / 6.0;
    assert_scores(&none.scores, &[1, 2, 3, 4, 5, 6].map(|node| (node, sixth)));
    let rough = ranks([paper(), rank_with(DAMPING, 0.01, 0)]);
    assert!(rough.rounds < 10, "{} rounds", rough.rounds);
}

#[test]
fn edges_lead_both_ways_and_a_loop_counts_once() {
    let edges = Query::Edges(vec![(1, 2), (2, 3), (3, 3), (3, 4), (2, 1)]);
    let expected = [
        (3, 0.4021191274882078),
        (2, 0.286980434893661),
        (1, 0.15946668482980536),
        (4, 0.15143375278832577),
    ];
    assert_scores(&ranks([edges, rank()]).scores, &expected);
}

#[test]
fn equal_scores_stand_by_node_and_edges_mix_with_arcs() {
    let edges = Query::Edges(vec![(10, 20)]);
    let arcs = Query::Arcs(vec![(20, 4_000_000_000)]);
    let expected = [
        (20, 0.3936170212765961),
        (10, 0.3031914893617018),
        (4_000_000_000, 0.3031914893617018),
    ];
    assert_scores(&ranks([edges, arcs, rank()]).scores, &expected);
}

#[test]
fn the_graph_grows_between_questions_and_top_cuts() {
    let answers = answers([
        Query::Arcs(vec![(1, 1), (1, 2)]),
        rank(),
        Query::Arcs(vec![(3, 2)]),
        rank_with(DAMPING, TOLERANCE, 2),
    ]);
    let [Answer::Ranks(before), Answer::Ranks(after)] = answers.as_slice() else {
        panic!("{answers:?}");
    };
    assert_eq!(before.scores.len(), 2);
    let expected = [(2, 0.48592411260709867), (1, 0.32639738882088937)];
    assert_scores(&after.scores, &expected);
}

#[test]
fn what_cannot_be_ranked_is_refused_and_the_kernel_lives_on() {
    for (damping, tolerance) in [
        (f64::NAN, TOLERANCE),
        (-0.1, TOLERANCE),
        (1.1, TOLERANCE),
        (f64::INFINITY, TOLERANCE),
        (DAMPING, 0.0),
        (DAMPING, -1.0),
        (DAMPING, f64::NAN),
        (DAMPING, f64::INFINITY),
    ] {
        let answers = answers([rank_with(damping, tolerance, 0), paper(), rank()]);
        assert!(
            matches!(answers.as_slice(), [Answer::Refused(_), Answer::Ranks(_)]),
            "{damping} {tolerance}: {answers:?}"
        );
    }
}

#[test]
fn an_empty_graph_has_an_empty_ranking() {
    let ranks = ranks([rank()]);
    assert_eq!(ranks.scores, []);
    assert!(ranks.converged);
}

#[test]
fn scores_that_do_not_come_to_rest_are_given_as_they_are() {
    // Without damping the surfer's whole weight swings between the two sides for ever.
    let arcs = Query::Arcs(vec![(1, 2), (2, 1), (3, 1)]);
    let ranks = ranks([arcs, rank_with(1.0, TOLERANCE, 0)]);
    assert!(!ranks.converged);
    assert_eq!(ranks.rounds, 1000);
    assert_eq!(ranks.scores.len(), 3);
}

#[test]
fn more_scores_than_fit_come_in_parts() {
    let ring: Vec<(u32, u32)> = (0..120_000)
        .map(|node| (node, (node + 1) % 120_000))
        .collect();
    let answers = answers([Query::Arcs(ring), rank()]);
    let parts: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Answer::Ranks(ranks) => (ranks.scores.len(), ranks.remaining),
            Answer::Refused(reason) => panic!("{reason}"),
        })
        .collect();
    assert_eq!(parts, [(50_000, 70_000), (50_000, 20_000), (20_000, 0)]);
}
