import type { ChatPlatform } from './chat-platform.js';
import { landbot } from './platforms/landbot/landbot.js';
import { manychat } from './platforms/manychat/manychat.js';

/** Every platform Parley can listen to. A new platform is one folder and one line here. */
export const platforms: readonly ChatPlatform[] = [manychat, landbot];
