use super::{CommandHandler, Shape};

/// Joins each handler that creates with the handler on the existing aggregate for the same command.
///
/// Whatever is no such pair stays as it is, and is reported as a second handler.
pub(crate) fn pair_up(handlers: &mut Vec<CommandHandler>) {
    let (creators, mut rest): (Vec<_>, Vec<_>) = std::mem::take(handlers)
        .into_iter()
        .enumerate()
        .partition(|(_, handler)| handler.shape == Shape::Creates);
    for (index, creator) in creators {
        let partner = rest.iter_mut().find(|(_, instance)| {
            matches!(instance.shape, Shape::Decides | Shape::Root)
                && instance.creator.is_none()
                && instance.command.ty == creator.command.ty
                && instance.cfgs == creator.cfgs
        });
        match partner {
            Some((_, instance)) => instance.creator = Some(Box::new(creator)),
            None => rest.push((index, creator)),
        }
    }
    // Of two handlers the later one is reported.
    rest.sort_by_key(|(index, _)| *index);
    handlers.extend(rest.into_iter().map(|(_, handler)| handler));
}
