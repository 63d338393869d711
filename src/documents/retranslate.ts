/** Of files of two languages: which of the translations that are there already give way to new ones. */
export const retranslateNames = ["fuzzy", "all"] as const;
export type Retranslate = (typeof retranslateNames)[number];
