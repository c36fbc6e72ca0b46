use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::parameters::{Extractor, extract, local, needs};
use super::register::{Entry, List};
use super::unstored::unstored;
use super::{fault, line_of, member_command};
use crate::model::{AggregateBlock, CommandHandler, Lent, Output, Shape, Written, relocate};
use crate::paths::Paths;

/// One command handler:
///
/// ```text
/// impl CommandOf<Order> for CancelOrder {
///     type Reply = ();
///     type Error = OrderError;
///     const CALL: Call<Order, Self, (), OrderError> = Call::Sync(|slot, command, context| {
///         let state = slot.existing::<OrderError>()?;
///         let p0 = <Metadata as FromContext>::from_context(context)?;
///         let answer = <Order>::cancel(state, Taken::of(command), p0);
///         Decide::<Order, Result<OrderCancelled, OrderError>>::call(slot, answer)
///     });
/// }
/// ```
// The types are written out wherever they occur: `Self::Error` would ask for the whole trait, and
// report once more whatever is wrong with the command.
pub(super) fn expand(handler: &CommandHandler, block: &AggregateBlock) -> TokenStream {
    let aggregate = block.aggregate();
    let cfgs = &handler.cfgs;
    let command = &handler.command.ty;
    let place = command.span();
    let es = block.paths.at(place);
    let (reply, error) = answer(handler, block);
    let call = call(handler, block, &error);
    let recorded = recorded(handler, block, &error);
    let checks = handler.halves().filter_map(|half| fault::check(&half.output, &es));
    let checks = checks.map(|check| quote!(#(#cfgs)* #check));
    quote_spanned! {place=>
        #(#checks)*
        #(#cfgs)*
        #[automatically_derived]
        impl #es::command::CommandOf<#aggregate> for #command {
            type Reply = #reply;
            type Error = #error;
            const CALL: #es::command::Call<#aggregate, Self, #reply, #error> = #call;
            #recorded
        }
    }
}

/// Its registration: `CommandEntry::of::<Order, CancelOrder>(|needs| …, file!(), 12)`.
pub(super) fn entry(handler: &CommandHandler, block: &AggregateBlock) -> Entry {
    let aggregate = block.aggregate();
    let command = &handler.command.ty;
    let place = command.span();
    let es = block.paths.at(place);
    let parameters = handler.halves().flat_map(|half| &half.extractors);
    let needs = needs(parameters, Extractor::Context, &es);
    let line = line_of(handler.span());
    let value = quote_spanned! {place=>
        #es::registry::CommandEntry::of::<#aggregate, #command>(#needs, ::core::file!(), #line)
    };
    Entry { list: List::Commands, cfgs: handler.cfgs.clone(), value }
}

/// The types `Reply` and `Error`. A pair replies what its instance handler does, and a half that
/// cannot fail leaves the error to the other.
fn answer(handler: &CommandHandler, block: &AggregateBlock) -> (TokenStream, TokenStream) {
    let (reply, error) = own_answer(handler, block);
    match &handler.creator {
        Some(creator) if matches!(handler.output.written, Written::Plain) => {
            (reply, own_answer(creator, block).1)
        }
        _ => (reply, error),
    }
}

fn own_answer(handler: &CommandHandler, block: &AggregateBlock) -> (TokenStream, TokenStream) {
    let output = &handler.output.ty;
    let place = output.span();
    let es = block.paths.at(place);
    let returns_events = handler.shape.returns_events();
    match &handler.output.written {
        Written::Plain => {
            let private = es.private();
            (quote_spanned!(place=> ()), quote_spanned!(place=> #private::Infallible))
        }
        Written::Result { error, .. } if returns_events => (quote!(()), fault::error(error, &es)),
        Written::Result { ok, error } => (ok.to_token_stream(), fault::error(error, &es)),
        Written::Hidden if returns_events => {
            (quote!(()), quote_spanned!(place=> <#output as #es::aggregate::Decision>::Error))
        }
        Written::Hidden => {
            let returned = quote_spanned!(place=> #es::aggregate::Returned);
            (
                quote_spanned!(place=> <#output as #returned>::Reply),
                quote_spanned!(place=> <#output as #returned>::Error),
            )
        }
    }
}

/// How an error in `Recorded` is remembered; a handler that only returns events records none.
fn recorded(
    handler: &CommandHandler,
    block: &AggregateBlock,
    error: &TokenStream,
) -> Option<TokenStream> {
    if handler.shape.returns_events() || matches!(handler.output.written, Written::Plain) {
        return None;
    }
    Some(recorded_codec(&handler.output, error, &block.paths))
}

/// `const RECORDED: … = Remembered::<OrderError>::CODEC;`
pub(super) fn recorded_codec(output: &Output, error: &TokenStream, es: &Paths) -> TokenStream {
    let place = output.ty.span();
    let es = es.at(place);
    let private = es.private();
    let asked =
        output.is_recorded.then(|| quote_spanned!(place=> #private::is_recorded::<#error>();));
    quote_spanned! {place=>
        const RECORDED: #private::Option<#es::command::RecordedCodec> =
            { #asked #private::Remembered::<#error>::CODEC };
    }
}

/// The names of a call's own locals.
struct Locals {
    slot: Ident,
    command: Ident,
    context: Ident,
}

fn call(handler: &CommandHandler, block: &AggregateBlock, error: &TokenStream) -> TokenStream {
    let place = handler.name.span();
    let es = block.paths.at(place);
    let private = es.private();
    let [slot, command, context] = ["slot", "command", "context"].map(local);
    let locals = Locals { slot, command, context };
    let own = run(handler, block, error, &locals);
    let Locals { slot, command, context } = &locals;
    let (body, is_async, retry) = match &handler.creator {
        None => (own, handler.is_async, handler.retry),
        Some(creator) => {
            let creates = as_pair(creator, handler, block, run(creator, block, error, &locals));
            let own = as_pair(handler, handler, block, own);
            let is_missing = is_missing(handler, block, &locals);
            let body = quote_spanned! {place=>
                if #is_missing { #creates } else { #own }
            };
            let mut barriers = handler.halves().filter(|half| half.is_async);
            let is_async = barriers.clone().next().is_some();
            (body, is_async, barriers.all(|half| half.retry))
        }
    };
    let has_parameters = handler.halves().any(|half| !half.extractors.is_empty());
    let context = if has_parameters { quote!(#context) } else { quote!(_) };
    if is_async {
        // rustc reports a future that cannot move between threads at the box around it; the
        // handler's name is where the user can look.
        quote_spanned! {place=>
            #es::command::Call::Async {
                retry: #retry,
                call: |#slot, #command, #context| #private::Box::pin(async move { #body }),
            }
        }
    } else {
        quote_spanned!(place=> #es::command::Call::Sync(|#slot, #command, #context| { #body }))
    }
}

/// The run of one handler, with its own answer at the end.
fn run(
    handler: &CommandHandler,
    block: &AggregateBlock,
    error: &TokenStream,
    locals: &Locals,
) -> TokenStream {
    let CommandHandler { name, shape, extractors, .. } = handler;
    let self_ty = &block.self_ty;
    let es = block.paths.at(name.span());
    let [state, answer] = ["_state", "answer"].map(local);
    let Locals { slot, command, context } = locals;
    let (lets, arguments) = extract(extractors, Extractor::Context, &es, context);
    let payload = match handler.command.lent {
        Lent::Owned => taken(&handler.command.ty, command, &block.paths),
        Lent::Shared | Lent::Mutable => quote!(#command),
    };
    let awaited = handler.is_async.then(|| quote!(.await));
    let finish = finish(handler, block, slot, &answer);
    let Seen { taken, lent, given_back } = match &block.member {
        None => entity(handler, error, slot, &state),
        Some(of) => {
            let route = of.route(&block.self_ty, command, handler.command.ty.span(), &block.paths);
            member_command::seen(*shape, block, error, [slot, &state], &route)
        }
    };
    quote_spanned! {name.span()=>
        #taken
        #lets
        let #answer = <#self_ty>::#name(#lent #payload, #arguments) #awaited;
        #given_back
        #finish
    }
}

/// `Taken::<CancelOrder>::of(command)`
pub(super) fn taken(ty: &Type, command: &Ident, es: &Paths) -> TokenStream {
    let private = es.at(ty.span()).private();
    quote_spanned!(ty.span()=> <#private::Taken<#ty>>::of(#command))
}

/// What a handler sees of its aggregate or member: how it is had, lent and given back.
pub(super) struct Seen {
    pub(super) taken: TokenStream,
    pub(super) lent: Option<TokenStream>,
    pub(super) given_back: Option<TokenStream>,
}

/// `let state = slot.existing::<OrderError>()?;`
fn entity(handler: &CommandHandler, error: &TokenStream, slot: &Ident, state: &Ident) -> Seen {
    let place = handler.name.span();
    let method = match handler.shape {
        Shape::Creates => "vacant",
        Shape::Decides => "existing",
        Shape::MayCreate => "optional",
        Shape::Root => "existing_root",
        Shape::Slot => "usable",
    };
    let method = Ident::new(method, place);
    let taken = quote_spanned!(place=> let #state = #slot.#method::<#error>()?;);
    Seen {
        taken,
        lent: (handler.shape != Shape::Creates).then(|| quote!(#state,)),
        given_back: None,
    }
}

/// Whether the creating half of a pair runs.
fn is_missing(handler: &CommandHandler, block: &AggregateBlock, locals: &Locals) -> TokenStream {
    let Locals { slot, command, .. } = locals;
    match &block.member {
        None => quote!(#slot.get().is_none()),
        Some(of) => {
            let route = of.route(&block.self_ty, command, handler.command.ty.span(), &block.paths);
            member_command::is_missing(block, slot, &route)
        }
    }
}

/// Gives one half's answer as the pair's, where they may differ.
// Every type is named: a type left to inference would be taken from the only impl of the trait,
// and rustc would speak of types that the user has not written.
fn as_pair(
    half: &CommandHandler,
    pair: &CommandHandler,
    block: &AggregateBlock,
    run: TokenStream,
) -> TokenStream {
    let (reply, error) = answer(pair, block);
    let (own_reply, own_error) = own_answer(half, block);
    if half.shape != Shape::Creates && own_error.to_string() == error.to_string() {
        return run;
    }
    let place = half.output.ty.span();
    let private = block.paths.at(place).private();
    match half.output.written {
        Written::Plain => quote_spanned! {place=>
            #private::never_rejected::<#own_reply, #error, #reply>({ #run })
        },
        Written::Result { .. } | Written::Hidden => quote_spanned! {place=>
            #private::paired::<#own_reply, #own_error, #reply, #error>({ #run })
        },
    }
}

/// Turns what the handler returned into the call's answer.
fn finish(
    handler: &CommandHandler,
    block: &AggregateBlock,
    slot: &Ident,
    answer: &Ident,
) -> TokenStream {
    let aggregate = block.aggregate();
    let output = &handler.output.ty;
    let place = output.span();
    let private = block.paths.at(place).private();
    match (&handler.output.written, handler.shape.returns_events()) {
        // What is written was checked on its own; a bound here would report it again.
        (_, true) => {
            quote_spanned!(place=> #private::Decide::<#aggregate, #output>::call(#slot, #answer))
        }
        (Written::Plain | Written::Result { .. }, false) => {
            quote_spanned!(place=> #private::Finish::<#output>::call(#answer))
        }
        (Written::Hidden, false) => quote_spanned!(place=> #private::returned(#answer)),
    }
}

/// Refuses an event as the reply of a handler that applies its events.
pub(super) fn unstored_replies(block: &AggregateBlock) -> TokenStream {
    let handlers = block.commands.iter().flat_map(CommandHandler::halves);
    let replying = handlers.filter(|half| !half.shape.returns_events());
    let checks = replying.map(|half| {
        let cfgs = &half.cfgs;
        let remedy = "hand it to `apply` and return `()`";
        let check = unstored(&half.output, &block.paths, remedy);
        quote!(#(#cfgs)* const _: () = { #check };)
    });
    quote!(#(#checks)*)
}

/// Asks what is behind an alias for its events.
fn hidden_events(handler: &CommandHandler, block: &AggregateBlock) -> Option<TokenStream> {
    let Output { ty, written: Written::Hidden, .. } = &handler.output else { return None };
    let cfgs = &handler.cfgs;
    let place = ty.span();
    let es = block.paths.at(place);
    let private = es.private();
    let aggregate = relocate(block.aggregate(), place);
    let events = quote_spanned!(place=> <#ty as #es::aggregate::Decision>::Events);
    handler.shape.returns_events().then(|| {
        quote_spanned! {place=>
            #(#cfgs)*
            const _: fn() = <#private::Decided<#events>>::in_set::<#aggregate>;
        }
    })
}

/// Asks each event that a handler names for its event-sourcing handler, once.
///
/// Only here is the bound checked, so a missing handler is exactly one error, at the event's token.
pub(super) fn leaves(block: &AggregateBlock) -> TokenStream {
    let aggregate = block.aggregate();
    let mut seen: Vec<&Type> = block.sourcing.iter().map(|handler| &handler.event).collect();
    let mut checks = TokenStream::new();
    for handler in &block.commands {
        checks.extend(handler.halves().filter_map(|half| hidden_events(half, block)));
        for leaf in handler.halves().flat_map(|half| &half.output.leaves) {
            if seen.contains(&leaf) {
                continue;
            }
            seen.push(leaf);
            let cfgs = &handler.cfgs;
            let private = block.paths.at(leaf.span()).private();
            let by = if block.member.is_some() { "by_member" } else { "by" };
            let by = Ident::new(by, leaf.span());
            let aggregate = relocate(aggregate.clone(), leaf.span());
            checks.extend(quote_spanned! {leaf.span()=>
                #(#cfgs)*
                const _: fn() = <#private::Decided<#leaf>>::#by::<#aggregate>;
            });
        }
    }
    checks
}
