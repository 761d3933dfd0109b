//! The kernel: what it answers.

use super::{Request, Response, advance};
use ringhost_sdk::compute::Space;
use ringhost_sdk::prelude::*;

/// Answers each request with where its bodies are then.
#[ring_kernel]
pub fn run(context: &mut Context<Request, Response>) -> Result<()> {
    context.serve(|request, replies| {
        replies.push(moved(&request)?);
        Ok(())
    })
}

fn moved(request: &Request) -> Result<Response> {
    let count = request.bodies.len() / 4;
    ensure!(
        request.bodies.len() == 4 * count && request.velocities.len() == 3 * count,
        "{} numbers are no bodies of 4 numbers with {} numbers of velocities, 3 for each",
        request.bodies.len(),
        request.velocities.len()
    );
    let bytes =
        (size_of_val(&request.bodies[..]) * 2 + size_of_val(&request.velocities[..])) as u64;
    let space = Space::create(None, bytes + (1 << 20))?;
    let (here, velocities) = (
        space.buffer(&request.bodies)?,
        space.buffer(&request.velocities)?,
    );
    let there = space.allocate(here.length())?;
    let items = count as u32;
    let to_and_fro = space.plan([
        advance::launch(items, request.step, &here, &velocities, &there),
        advance::launch(items, request.step, &there, &velocities, &here),
    ])?;
    let stats = to_and_fro.run(request.double_steps)?.wait(None)?;
    Ok(Response {
        bodies: here.read()?,
        velocities: velocities.read()?,
        device: space.device().name,
        device_time: stats.device_time,
    })
}
