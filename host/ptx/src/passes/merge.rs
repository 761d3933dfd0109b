//! Puts a block behind the only one that jumps to it.

use crate::ir::{Block, Definition, End, Function, List};

/// Makes one block of each two of which the first goes on in the second only, and nothing else does.
pub fn straighten(function: &mut Function) {
    let order = function.reachable();
    let mut jumps: List<Block, u32> = function.blocks.map(|_| 0);
    for block in &order {
        function.blocks[*block]
            .end
            .each_jump(|jump| jumps[jump.block] += 1);
    }
    // Where the function starts is come to without a jump.
    if let Some(first) = order.first() {
        jumps[*first] += 1;
    }
    let mut gone: List<Block, bool> = function.blocks.map(|_| false);
    for block in order {
        if gone[block] {
            continue;
        }
        while let End::Jump(jump) = &function.blocks[block].end
            && jumps[jump.block] == 1
            && jump.block != block
        {
            let jump = jump.clone();
            gone[jump.block] = true;
            let parameters = std::mem::take(&mut function.blocks[jump.block].parameters);
            for (parameter, argument) in parameters.into_iter().zip(jump.arguments) {
                function.values[parameter].1 = Definition::Alias(argument);
            }
            let next = &mut function.blocks[jump.block];
            let instructions = std::mem::take(&mut next.instructions);
            let end = std::mem::replace(&mut next.end, End::Return);
            let data = &mut function.blocks[block];
            data.instructions.extend(instructions);
            data.end = end;
        }
    }
    super::parameters::substitute(function);
}
