use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Field, GenericArgument, ItemStruct, PathArguments, Type, TypeArray, TypeGroup,
    TypeParen, TypePath, TypeReference, TypeSlice,
};

use crate::attr::{SnapshotArguments, cfgs};
use crate::model::{AggregateBlock, SourcingHandler, fingerprint, relocate};
use crate::paths::Paths;

/// `#[aggregate(snapshot, snapshot_every = 50)]`:
///
/// ```text
/// const SNAPSHOTS: Option<SnapshotPolicy<Self>> = Some(
///     SnapshotPolicy::new(schema).every(50).events(<Order as EventSourced>::SNAPSHOT_AFTER),
/// );
/// ```
pub(super) fn policy(
    arguments: &SnapshotArguments,
    item: &ItemStruct,
    es: &Paths,
) -> Option<TokenStream> {
    if !arguments.is_wanted {
        return None;
    }
    let own = &item.ident;
    let private = es.private();
    let sourced = quote!(<#own as #es::aggregate::EventSourced>);
    let schema = match arguments.revision {
        Some(revision) => quote!(#revision),
        None => {
            let print = fingerprint(quote!(#item));
            let nested = nested_hashes(item.fields.iter(), own, es);
            quote!(#private::state_hash(#print, &[#sourced::LOGIC, #nested]))
        }
    };
    let every = arguments.every.map(|events| quote!(.every(#events)));
    let load_time =
        arguments.load_ms.map(|ms| quote!(.load_time(::core::time::Duration::from_millis(#ms))));
    Some(quote_spanned! {own.span()=>
        const SNAPSHOTS: #private::Option<#es::aggregate::SnapshotPolicy<Self>> = {
            use #private::NoState as _;
            #private::Some(
                #es::aggregate::SnapshotPolicy::<Self>::new(#schema)
                    #every #load_time
                    .events(#sourced::SNAPSHOT_AFTER)
            )
        };
    })
}

/// The events whose handlers say `snapshot`:
///
/// ```text
/// const SNAPSHOT_AFTER: &'static [&'static str] = &[<YearClosed as Event>::NAME];
/// ```
pub(super) fn after(block: &AggregateBlock) -> Option<TokenStream> {
    let mut marked = block.sourcing.iter().filter(|it| it.snapshot.is_some()).peekable();
    marked.peek()?;
    let names = marked.map(|SourcingHandler { cfgs, event, .. }| {
        let private = block.paths.at(event.span()).private();
        quote_spanned!(event.span()=> #(#cfgs)* <#private::Facts<#event>>::NAME)
    });
    Some(quote!(const SNAPSHOT_AFTER: &'static [&'static str] = &[#(#names),*];))
}

/// A handler that says `snapshot` asks for a struct that says so too.
pub(super) fn are_wanted(block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let text = format!(
        "`{}` has no snapshots, so none is taken after this event; write \
         `#[aggregate(snapshot)]` on the struct",
        quote!(#self_ty)
    );
    let place = block.sourcing.iter().find_map(|handler| handler.snapshot);
    place.map_or_else(TokenStream::new, |place| {
        let es = block.paths.at(place);
        let self_ty = relocate(quote!(#self_ty), place);
        quote_spanned! {place=>
            const _: () = ::core::assert!(
                <#self_ty as #es::aggregate::Aggregate>::SNAPSHOTS.is_some(),
                #text
            );
        }
    })
}

/// The hashes of the types in a definition, as elements of an array: of those that have `State`.
///
/// Types are looked for inside others too, so that `Vec<Item>` needs no impl of its own.
pub(super) fn nested_hashes<'a>(
    fields: impl Iterator<Item = &'a Field>,
    own: &Ident,
    es: &Paths,
) -> TokenStream {
    let mut elements = TokenStream::new();
    for field in fields {
        let mut types = vec![];
        inside(&field.ty, &mut types);
        let cfgs: Vec<Attribute> = cfgs(&field.attrs);
        for ty in types.into_iter().filter(|ty| !is_itself(ty, own)) {
            let private = es.at(ty.span()).private();
            elements.extend(quote_spanned! {ty.span()=>
                #(#cfgs)* <#private::StateOf<#ty>>::HASH,
            });
        }
    }
    elements
}

/// The types that a type names, itself among them.
fn inside<'a>(ty: &'a Type, found: &mut Vec<&'a Type>) {
    match ty {
        Type::Path(TypePath { path, .. }) => {
            found.push(ty);
            for segment in &path.segments {
                if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                    arguments_of(&arguments.args, found);
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| inside(ty, found)),
        Type::Array(TypeArray { elem, .. })
        | Type::Slice(TypeSlice { elem, .. })
        | Type::Group(TypeGroup { elem, .. })
        | Type::Paren(TypeParen { elem, .. })
        | Type::Reference(TypeReference { elem, .. }) => inside(elem, found),
        _ => {}
    }
}

fn arguments_of<'a, P>(arguments: &'a Punctuated<GenericArgument, P>, found: &mut Vec<&'a Type>) {
    for argument in arguments {
        if let GenericArgument::Type(ty) = argument {
            inside(ty, found);
        }
    }
}

/// A recursive type is in its own hash already.
fn is_itself(ty: &Type, own: &Ident) -> bool {
    let Type::Path(TypePath { path, .. }) = ty else { return false };
    path.segments.iter().any(|segment| segment.ident == *own || segment.ident == "Self")
}
