import { shownNickname } from "../state/nickname.ts";

/** Somebody's name: the only place where one is shown, so that none is shown unclean or unisolated. */
export function Name({ nickname }: { readonly nickname: string }) {
  return <bdi>{shownNickname(nickname)}</bdi>;
}
