use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Fields, ItemStruct, Member, Type};

use super::parameters::local;
use crate::attr::{arguments, inside, marked_fields};
use crate::diag::Errors;
use crate::model::arguments_of;
use crate::paths::Paths;

const MARK: &str = "member";

/// One type of member and the fields that hold it.
struct Kind<'a> {
    ty: &'a Type,
    fields: Vec<(Member, &'a Type)>,
}

/// Takes the marks away.
pub(super) fn unmark(fields: &mut Fields) {
    for field in fields {
        field.attrs.retain(|attribute| !attribute.path().is_ident(MARK));
    }
}

/// The types of members that a struct holds, as they are written.
fn kinds<'a>(item: &'a ItemStruct, errors: &mut Errors) -> Vec<Kind<'a>> {
    let mut kinds: Vec<Kind<'a>> = vec![];
    for marked in marked_fields(&item.fields, &[MARK]) {
        arguments(inside(marked.mark, errors), "`#[member]`", &[], errors, |_, _| Ok(()));
        let ty = held(&marked.field.ty);
        let field = (marked.member, &marked.field.ty);
        let same = ty.to_token_stream().to_string();
        match kinds.iter_mut().find(|kind| kind.ty.to_token_stream().to_string() == same) {
            Some(kind) => kind.fields.push(field),
            None => kinds.push(Kind { ty, fields: vec![field] }),
        }
    }
    kinds
}

/// `OrderLine` of `Vec<OrderLine>` or `BTreeMap<LineId, OrderLine>`.
fn held(ty: &Type) -> &Type {
    match arguments_of(ty) {
        Some((name, arguments)) if name == "Option" || name == "Vec" => {
            arguments.first().copied().unwrap_or(ty)
        }
        Some((name, arguments)) if name == "BTreeMap" || name == "HashMap" => {
            arguments.get(1).copied().unwrap_or(ty)
        }
        _ => ty,
    }
}

/// What `Entity` says of the members inside:
///
/// ```text
/// const MEMBERS: &'static [MemberTable] = &[MemberTable { names: …, inner: … }];
/// fn forward(root: &mut Self::Root, event: &dyn Any) {
///     <OrderLine as MemberEvents>::receive(root, event);
///     <OrderLine as Entity>::forward(root, event);
/// }
/// ```
pub(super) fn inner(item: &ItemStruct, es: &Paths, errors: &mut Errors) -> Option<TokenStream> {
    let kinds = kinds(item, errors);
    if kinds.is_empty() {
        return None;
    }
    let private = es.private();
    let [root, event] = ["root", "event"].map(local);
    let tables = kinds.iter().map(|Kind { ty, .. }| {
        let es = es.at(ty.span());
        quote_spanned! {ty.span()=>
            #es::aggregate::MemberTable {
                names: <#ty as #es::aggregate::MemberEvents>::NAMES,
                inner: <#ty as #es::aggregate::Entity>::MEMBERS,
            }
        }
    });
    let forwards = kinds.iter().map(|Kind { ty, .. }| {
        let es = es.at(ty.span());
        quote_spanned! {ty.span()=>
            <#ty as #es::aggregate::MemberEvents>::receive(#root, #event);
            <#ty as #es::aggregate::Entity>::forward(#root, #event);
        }
    });
    Some(quote_spanned! {item.ident.span()=>
        const MEMBERS: &'static [#es::aggregate::MemberTable] = &[#(#tables),*];
        fn forward(
            #root: &mut <Self as #es::aggregate::Entity>::Root,
            #event: &dyn #private::Any,
        ) {
            #(#forwards)*
        }
    })
}

/// One `HasMember` per type of member:
///
/// ```text
/// impl HasMember<OrderLine> for Order {
///     fn member(&self, key: &LineId) -> Option<&OrderLine> { Members::find(&self.lines, key) }
///     fn each_member(&mut self, key: Option<&LineId>, visit: &mut dyn FnMut(&mut OrderLine)) { … }
/// }
/// ```
pub(super) fn has_members(item: &ItemStruct, es: &Paths, errors: &mut Errors) -> TokenStream {
    // The marks were read once already, for `inner`.
    let before = errors.len();
    let kinds = kinds(item, errors);
    errors.truncate(before);
    kinds.iter().map(|kind| has_member(kind, item, es)).collect()
}

fn has_member(kind: &Kind<'_>, item: &ItemStruct, es: &Paths) -> TokenStream {
    let own = &item.ident;
    let ty = kind.ty;
    let place = ty.span();
    let es = es.at(place);
    let private = es.private();
    let [key, visit] = ["key", "visit"].map(local);
    let key_ty = quote_spanned!(place=> <#ty as #es::aggregate::Member>::Key);
    let finds = kind.fields.iter().map(|(field, container)| {
        quote_spanned! {place=>
            if let #private::Some(found) =
                <#private::MembersOf<#container>>::find(&self.#field, #key)
            {
                return #private::Some(found);
            }
        }
    });
    let visits = kind.fields.iter().map(|(field, container)| {
        quote_spanned! {place=>
            <#private::MembersOf<#container>>::each(&mut self.#field, #key, #visit);
        }
    });
    let checks = kind.fields.iter().map(|(_, container)| {
        let private = es.at(container.span()).private();
        quote_spanned! {container.span()=>
            const _: () = #private::holds_members::<#container>();
        }
    });
    quote_spanned! {place=>
        #(#checks)*
        #[automatically_derived]
        impl #es::aggregate::HasMember<#ty> for #own {
            fn member(&self, #key: &#key_ty) -> #private::Option<&#ty> {
                #(#finds)*
                #private::None
            }
            fn each_member(
                &mut self,
                #key: #private::Option<&#key_ty>,
                #visit: &mut dyn ::core::ops::FnMut(&mut #ty),
            ) {
                #(#visits)*
            }
        }
    }
}
