use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

/// Replaces `Self` in a type by the block's type.
///
/// What the macro copies ends up in `impl CommandOf<Order> for CancelOrder`, where `Self` would be
/// the command.
pub(crate) fn with_self(ty: &Type, self_ty: &Type) -> Type {
    let tokens = substitute(ty.to_token_stream(), self_ty);
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

fn substitute(tokens: TokenStream, self_ty: &Type) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(ident) if ident == "Self" => {
                let own = relocate(self_ty.to_token_stream(), ident.span());
                let is_path =
                    matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':');
                out.extend(if is_path { quote!(<#own>) } else { own });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), substitute(group.stream(), self_ty));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Moves tokens to another place of the source; what they mean stays the same.
pub(crate) fn relocate(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut tree| {
            if let TokenTree::Group(group) = &tree {
                let mut moved = Group::new(group.delimiter(), relocate(group.stream(), place));
                moved.set_span(group.span().located_at(place));
                return TokenTree::Group(moved);
            }
            tree.set_span(tree.span().located_at(place));
            tree
        })
        .collect()
}

/// The last identifier of a path type: `Order` of `crate::orders::Order`.
pub(crate) fn last_ident(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_ident(&group.elem),
        Type::Paren(paren) => last_ident(&paren.elem),
        _ => None,
    }
}
