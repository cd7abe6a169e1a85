using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Interventions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Policies",
                table: "Reports",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "ResendOf",
                table: "Deliveries",
                type: "character varying(48)",
                maxLength: 48,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "DeliveryWords",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    DeliveryId = table.Column<string>(type: "character varying(48)", maxLength: 48, nullable: false, collation: "C"),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    Word = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Actor = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    Reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeliveryWords", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeliveryWords_Deliveries_DeliveryId",
                        column: x => x.DeliveryId,
                        principalTable: "Deliveries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DeliveryWords_DeliveryId",
                table: "DeliveryWords",
                column: "DeliveryId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeliveryWords");

            migrationBuilder.DropColumn(
                name: "Policies",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ResendOf",
                table: "Deliveries");
        }
    }
}
