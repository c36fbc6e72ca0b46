use proc_macro2::TokenStream;
use quote::quote;

use super::register::register;
use super::{command_handler, event_sourcing, hidden, member, siblings, stub, unmarked};
use crate::diag::Errors;
use crate::light::LightImpl;
use crate::model::AggregateBlock;

/// `#[aggregate]` on an impl block: one impl per handler, and in the block with the event-sourcing
/// handlers also what rebuilds the state and the sibling enum.
pub(super) fn expand(
    arguments: TokenStream,
    block: &mut LightImpl,
    errors: &mut Errors,
) -> TokenStream {
    AggregateBlock::read(arguments, block, errors).map_or_else(TokenStream::new, of_model)
}

/// `#[aggregate_member]` on an impl block: the same for a member, whose commands and events are the
/// aggregate's.
pub(super) fn expand_member(
    arguments: TokenStream,
    block: &mut LightImpl,
    errors: &mut Errors,
) -> TokenStream {
    AggregateBlock::read_member(arguments, block, errors).map_or_else(TokenStream::new, of_model)
}

fn of_model(model: AggregateBlock) -> TokenStream {
    let commands = model.commands.iter().map(|handler| command_handler::expand(handler, &model));
    let stubs = model.command_stubs.iter().map(|stub| stub::command(stub, &model));
    let leaves = command_handler::leaves(&model);
    let unstored = command_handler::unstored_replies(&model);
    let private = model.paths.private();
    let self_ty = &model.self_ty;
    let es = &model.paths;
    let folded = quote!(<#self_ty as #es::aggregate::EventSourced>::EVENTS);
    let forgotten = unmarked::forgotten(&model.unmarked, &folded, es);
    let same_key = model.member.as_ref().map(|of| member::same_key(&model, of));
    let mut items = quote! {
        use #private::{
            KeyOfSome as _, NoFacts as _, NotDecided as _, Undecided as _, Unfinished as _,
            Unremembered as _, Untaken as _,
        };
        #same_key
        #(#commands)* #(#stubs)* #leaves #unstored #forgotten
    };
    let mut entries: Vec<_> =
        model.commands.iter().map(|handler| command_handler::entry(handler, &model)).collect();
    let (mut siblings, mut component) = (None, None);
    if let (true, Some(of)) = (model.is_event_sourced, &model.member) {
        items.extend(member::events(&model, of));
    } else if model.is_event_sourced {
        items.extend(event_sourcing::expand(&model));
        items.extend(siblings::implementations(&model));
        entries.push(event_sourcing::entry(&model));
        siblings = Some(siblings::enumeration(&model));
        component = Some(&model.self_ty);
    }
    items.extend(register(&entries, component, &model.paths));
    let hidden = hidden(items);
    quote!(#siblings #hidden)
}
